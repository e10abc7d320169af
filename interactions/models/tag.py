"""Words that people put on matters: one list for everybody, each once however it is written."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


def bare(name: models.F | Value) -> Lower:
    """A name without what makes no difference: capitals and spaces."""
    return Lower(Replace(name, Value(" "), Value("")))


class TagQuerySet(models.QuerySet["Tag"]):
    def in_use(self) -> Self:
        return self.filter(retired_at=None)

    def called(self, name: str) -> Self:
        """The tag of this name, however it is written; also one that is retired."""
        return self.alias(bare=bare(models.F("name"))).filter(
            bare=bare(Value(" ".join(name.split()), output_field=models.CharField()))
        )

    def meant_by(self, name: str) -> "Tag | None":
        """The tag somebody means by this name: where it was merged, the one it went into."""
        found = self.select_related("merged_into").called(name).first()
        return found and (found.merged_into or found)


@tracked(exclude=())
class Tag(models.Model):
    """A word for matters of a kind. Merged into another, it stays on them and is read as that."""

    NAME = 40

    name = models.CharField(_("name"), max_length=NAME)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, related_name="merged_from", null=True, blank=True
    )
    coined_by = models.CharField(_("coined by"), max_length=150)
    coined_at = models.DateTimeField(_("coined at"), default=timezone.now, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        permissions = [("coin_tag", "Can add a tag to the list while working")]
        constraints = [
            models.UniqueConstraint(bare(models.F("name")), name="tag_once_however_written"),
            models.CheckConstraint(
                name="tag_name_has_single_spaces", condition=Q(name__regex=r"^[^\s=]+( [^\s=]+)*$")
            ),
            models.CheckConstraint(
                name="tag_merged_means_retired",
                condition=Q(merged_into=None) | Q(retired_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tag_never_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def tags_column() -> ArrayField[list[int], list[int]]:
    """The tags of a matter on its own row: a queue shows them without asking for them."""
    return ArrayField(
        models.BigIntegerField(), verbose_name=_("tags"), default=list, db_default=[], blank=True
    )
