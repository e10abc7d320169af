"""Governed behaviour of the running software: slots, and the versions that fill them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.audit.history import tracked


def fingerprint_of(config: Mapping[str, Any], code_ref: str) -> str:
    """What tests and acceptances are bound to: the configuration in one spelling, and the code."""
    canonical = json.dumps(
        config, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(f"{canonical}\n{code_ref}".encode()).hexdigest()


class CapabilitySlot(models.Model):
    """A place in the running software where only an accepted version may act; declared in code."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20)
    unit = models.CharField(_("unit"), max_length=20)
    on_absence = models.CharField(_("without a version"), max_length=10, default="off")
    processes = models.JSONField(_("processes"), default=list)
    personal_data = models.BooleanField(_("touches personal data"), default=False)
    billing = models.BooleanField(_("touches billing"), default=False)

    class Meta:
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title


class CapabilityVersionQuerySet(models.QuerySet["CapabilityVersion"]):
    def lock(self, pk: int) -> "CapabilityVersion":
        return self.select_for_update(of=("self",)).select_related("slot").get(pk=pk)

    def serving(self) -> Self:
        """The only states production may resolve to."""
        return self.filter(state__in=["pilot", "general_availability"])


_FROZEN = (
    "slot_id",
    "number",
    "change",
    "config",
    "code_ref",
    "fingerprint",
    "author_id",
    "salt",
    "supersedes_id",
)
_REFUSE_CHANGE = (
    "IF ("
    + ", ".join(f"NEW.{name}" for name in _FROZEN)
    + ") IS DISTINCT FROM ("
    + ", ".join(f"OLD.{name}" for name in _FROZEN)
    + ") THEN RAISE EXCEPTION 'a version changes only as a draft: draft the next one';"
    " END IF; RETURN NEW;"
)


@tracked(exclude=())
class CapabilityVersion(models.Model):
    """One version of a capability, from draft to retirement. After draft only its state changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_TEST = "in_test", _("In test")
        ACCEPTED = "accepted", _("Accepted")
        PILOT = "pilot", _("Pilot")
        GENERAL_AVAILABILITY = "general_availability", _("In general use")
        SUSPENDED = "suspended", _("Suspended")
        SUPERSEDED = "superseded", _("Superseded")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETIRED = "retired", _("Retired")

    class Change(models.TextChoices):
        NEW = "new", _("New")
        ENHANCED = "enhanced", _("Enhanced")
        EMERGENCY = "emergency", _("Emergency")

    slot = models.ForeignKey(CapabilitySlot, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    change = models.CharField(_("change"), max_length=10, choices=Change, default=Change.NEW)
    change_note = models.TextField(_("what changes and why"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    config = models.JSONField(_("configuration"), default=dict)
    code_ref = models.CharField(_("code"), max_length=120, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    salt = models.CharField(_("salt"), max_length=32)
    supersedes = models.ForeignKey("self", models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    state_since = models.DateTimeField(_("since"), default=timezone.now)
    state_note = models.TextField(_("reason of this state"), blank=True)
    re_ort_due = models.DateField(_("test again by"), null=True, blank=True)

    objects = CapabilityVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("capability version")
        verbose_name_plural = _("capability versions")
        permissions = [
            ("draft_capability", "Can draft a capability version"),
            ("run_readiness_test", "Can run readiness tests"),
            ("accept_for_operations", "Can accept a capability for operations"),
            ("accept_for_data_protection", "Can accept a capability for data protection"),
            ("accept_for_billing", "Can accept a capability for billing"),
            ("introduce_capability", "Can introduce, hold and roll back a capability"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["slot", "number"], name="version_number_once_per_slot"),
            models.UniqueConstraint(
                fields=["slot"],
                name="version_one_in_general_use_per_slot",
                condition=Q(state="general_availability"),
            ),
            models.UniqueConstraint(
                fields=["slot"],
                name="version_one_pilot_per_slot",
                condition=Q(state="pilot"),
            ),
            models.CheckConstraint(
                name="version_state_known",
                condition=Q(
                    state__in=[
                        "draft",
                        "in_test",
                        "accepted",
                        "pilot",
                        "general_availability",
                        "suspended",
                        "superseded",
                        "withdrawn",
                        "retired",
                    ]
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_after_draft",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=~pgtrigger.Q(old__state="draft"),
                func=_REFUSE_CHANGE,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]
        ordering = ["slot", "number"]

    def __str__(self) -> str:
        return f"{self.slot_id} v{self.number}"
