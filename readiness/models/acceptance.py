"""Operations readiness tests that really ran, and who accepted what they showed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from readiness.models.capability import CapabilityVersion


class OrtRunQuerySet(models.QuerySet["OrtRun"]):
    def latest_of(self, version: CapabilityVersion) -> "OrtRun | None":
        """The last run on exactly what the version is now."""
        return self.filter(version=version, fingerprint=version.fingerprint).order_by("-id").first()


class OrtRun(models.Model):
    """One operations readiness test of one version, bound to its fingerprint."""

    class Verdict(models.TextChoices):
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    version = models.ForeignKey(CapabilityVersion, models.PROTECT, related_name="runs")
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, default=Verdict.RUNNING)

    objects = OrtRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("readiness test")
        verbose_name_plural = _("readiness tests")

    def __str__(self) -> str:
        return f"run {self.pk}"

    def unmet(self) -> "models.QuerySet[OrtResult]":
        """Blocking cases that did not pass and that no waiver in force covers."""
        return (
            self.results.filter(blocking=True, outcome__in=["fail", "blocked"])
            .exclude(waiver__expires_at__gt=timezone.now())
            .order_by("case")
        )


class OrtResult(models.Model):
    """What one case of a run showed."""

    class Outcome(models.TextChoices):
        PASS = "pass", _("Passed")
        FAIL = "fail", _("Failed")
        BLOCKED = "blocked", _("Blocked")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    run = models.ForeignKey(OrtRun, models.PROTECT, related_name="results")
    case = models.CharField(_("case"), max_length=80)
    title = models.CharField(_("what is shown"), max_length=160)
    category = models.CharField(_("category"), max_length=30)
    blocking = models.BooleanField(_("blocks acceptance"), default=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    evidence = models.TextField(_("evidence"), blank=True)
    measured = models.JSONField(_("measured"), default=dict)
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("test result")
        verbose_name_plural = _("test results")
        constraints = [
            models.UniqueConstraint(fields=["run", "case"], name="ortresult_once_per_case")
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.outcome}"


class Waiver(models.Model):
    """A failed case somebody lives with until a date."""

    result = models.OneToOneField(OrtResult, models.PROTECT, related_name="waiver")
    risk = models.TextField(_("risk"))
    control = models.TextField(_("what compensates"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")

    def __str__(self) -> str:
        return f"waiver {self.result_id}"


class Acceptance(models.Model):
    """One role's decision on one version, valid for one fingerprint only."""

    class Decision(models.TextChoices):
        ACCEPT = "accept", _("Accepted")
        CONDITIONAL = "conditional", _("Accepted with conditions")
        REJECT = "reject", _("Rejected")

    class Role(models.TextChoices):
        OPERATIONS = "operations", _("Operations")
        DATA_PROTECTION = "data_protection", _("Data protection")
        BILLING = "billing", _("Billing")
        INSTALLATION = "installation", _("Installation")

    version = models.ForeignKey(CapabilityVersion, models.PROTECT, related_name="acceptances")
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.CheckConstraint(
                name="acceptance_signed_unless_installation",
                condition=Q(role="installation") | Q(by__isnull=False),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="binds_and_separates",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("version", "readiness_capabilityversion%ROWTYPE")],
                func=(
                    "SELECT * INTO version FROM readiness_capabilityversion"
                    " WHERE id = NEW.version_id;"
                    " IF version.fingerprint <> NEW.fingerprint THEN"
                    " RAISE EXCEPTION 'an acceptance is bound to the tested fingerprint'; END IF;"
                    " IF version.author_id = NEW.by_id THEN"
                    " RAISE EXCEPTION 'the author of a version never accepts it'; END IF;"
                    " RETURN NEW;"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.decision}"


class AcceptanceCondition(models.Model):
    """Something promised at acceptance, with a date; open, it blocks general availability."""

    acceptance = models.ForeignKey(Acceptance, models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"))
    due = models.DateField(_("due"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")

    def __str__(self) -> str:
        return self.text[:60]
