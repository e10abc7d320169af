"""Who viewed, searched and exported whose personal data: append-only, sealed into a hash chain."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Access(models.Model):
    """One look at personal data. Written on the hot path; sealed a little later by a task."""

    class Action(models.TextChoices):
        VIEW = "view", _("Viewed")
        SEARCH = "search", _("Searched")
        EXPORT = "export", _("Exported")
        API_READ = "api-read", _("Read over the API")

    at = models.DateTimeField(_("at"), default=timezone.now)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("actor name"), max_length=150)
    action = models.CharField(_("action"), max_length=12, choices=Action)
    subject = models.CharField(_("subject"), max_length=40)
    subject_ids = models.JSONField(_("subject ids"), default=list)
    purpose = models.CharField(_("purpose"), max_length=60)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        indexes = [models.Index(fields=["subject", "at"], name="access_by_subject")]
        constraints = [
            models.CheckConstraint(
                name="access_action_known",
                condition=models.Q(action__in=["view", "search", "export", "api-read"]),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.subject}"


class Seal(models.Model):
    """The hash of a run of accesses and of the seal before it: a changed row breaks the chain."""

    first = models.BigIntegerField(_("first access"))
    last = models.BigIntegerField(_("last access"), unique=True)
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"), default=timezone.now)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"
