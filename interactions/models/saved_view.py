"""Filters of the queue that somebody keeps, with a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """A filter as the address says it; shared with everybody when nobody's own."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("filter"), max_length=300)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="savedview_once_a_name",
                condition=Q(user__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name
