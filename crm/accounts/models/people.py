"""Users, teams and the languages and zones they work in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import sql


class Team(models.Model):
    """People who share a queue."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """Somebody, or some partner system, that can act; roles are Django groups."""

    language = models.CharField(_("language"), max_length=12, default="en")
    languages_spoken = models.JSONField(_("languages spoken"), default=list, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/London")
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    is_partner = models.BooleanField(_("partner system"), default=False)
    teams = models.ManyToManyField(
        Team, verbose_name=_("teams"), related_name="members", blank=True
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="user_email_unique_when_given",
                condition=~models.Q(email=""),
                violation_error_message=_("Another user has this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def team_ids(self) -> frozenset[int]:
        rows = sql.often("accounts/teams.sql", {"who": self.pk})
        return frozenset(row["team_id"] for row in rows)
