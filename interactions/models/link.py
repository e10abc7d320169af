"""Two matters that have to do with each other."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked
from interactions.models.interaction import Interaction


@tracked(exclude=())
class InteractionLink(models.Model):
    """A matter and another one; the other may have been archived meanwhile, the link stays."""

    class Kind(models.TextChoices):
        RELATED = "related", _("Has to do with")
        CAUSED_BY = "caused_by", _("Caused by")
        FOLLOWS = "follows", _("Goes on from")
        SPLIT_FROM = "split_from", _("Split off from")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="links")
    # No constraint in the database: the other one may go to the archive on its own day.
    other = models.ForeignKey(
        Interaction, models.DO_NOTHING, related_name="linked_from", db_constraint=False
    )
    kind = models.CharField(_("how"), max_length=12, choices=Kind, default=Kind.RELATED)
    made_by = models.CharField(_("by"), max_length=150)
    made_at = models.DateTimeField(_("at"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        verbose_name = _("link between interactions")
        verbose_name_plural = _("links between interactions")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "other", "kind"],
                name="interactionlink_once",
                condition=Q(undone_at=None),
            ),
            models.CheckConstraint(
                name="interactionlink_never_to_itself", condition=~Q(interaction=models.F("other"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.kind} {self.other_id}"
