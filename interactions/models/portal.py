"""Ways in for customers: a link to one matter of theirs, good for one use."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interactions.models.interaction import Interaction


class PortalLink(models.Model):
    """A link to one interaction; only its digest is kept, and opening it uses it up."""

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="portal_links")
    digest = models.CharField(_("digest of the link"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("link for the customer")
        verbose_name_plural = _("links for customers")

    def __str__(self) -> str:
        return f"{self.interaction_id} {self.made_at}"
