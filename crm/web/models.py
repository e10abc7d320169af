from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AgentNoticeQuerySet(models.QuerySet["AgentNotice"]):
    def for_user(self, user_id: int) -> "AgentNoticeQuerySet":
        return self.filter(user_id=user_id)

    def unread(self) -> "AgentNoticeQuerySet":
        return self.filter(read_at=None)


class AgentNotice(models.Model):
    """Something one member of staff is told on screen, once."""

    class Level(models.TextChoices):
        INFO = "info", _("For information")
        WARN = "warn", _("At risk")
        BAD = "bad", _("Missed")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    level = models.CharField(max_length=4, choices=Level, default=Level.INFO)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = AgentNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                name="notice_once_per_user_and_cause", fields=["user", "dedupe_key"]
            ),
            models.CheckConstraint(
                name="notice_level_known", condition=Q(level__in=["info", "warn", "bad"])
            ),
        ]
        indexes = [
            models.Index(
                name="notice_unread_by_user", fields=["user", "-id"], condition=Q(read_at=None)
            ),
            models.Index(name="notice_newest_by_user", fields=["user", "-id"]),
            models.Index(name="notice_by_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return self.title
