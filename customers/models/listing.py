"""What people do with lists of customers: views they keep, changes to many, files they take out."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.ids import new_id


class CustomerViewQuerySet(models.QuerySet["CustomerView"]):
    def offered_to(self, actor: Actor) -> Self:
        """Their own and those shared with everybody."""
        return self.filter(Q(owner=actor.pk) | Q(shared=True))


class CustomerView(models.Model):
    """A list somebody keeps: filter, order and columns; shared ones look the same to everybody."""

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("kept by")
    )
    shared = models.BooleanField(_("for everybody"), default=False)
    # Locked columns are shown as they are, whatever a reader would choose.
    locked = models.BooleanField(_("columns locked"), default=False)
    query = models.CharField(_("filter"), max_length=500, blank=True)
    columns = ArrayField(models.CharField(max_length=30), verbose_name=_("columns"))
    created_at = models.DateTimeField(_("kept at"), db_default=Now())

    objects = CustomerViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("kept list")
        verbose_name_plural = _("kept lists")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="customerview_once_per_name"),
            models.CheckConstraint(
                name="customerview_locked_means_shared", condition=Q(locked=False) | Q(shared=True)
            ),
        ]
        permissions = [("share_customerview", "Can keep lists of customers for everybody")]

    def __str__(self) -> str:
        return self.name


class CleansingJob(models.Model):
    """One change to many customers: shown before, done in bites, taken back where it still may."""

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")

    class Operation(models.TextChoices):
        SET = "set", _("Set to")
        CLEAR = "clear", _("Empty")
        REPLACE = "replace", _("Replace text")
        TIDY = "tidy", _("Tidy spaces")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    field = models.CharField(_("field"), max_length=40)
    operation = models.CharField(_("what happens"), max_length=10, choices=Operation)
    value = models.CharField(_("value"), max_length=250, blank=True)
    replaced = models.CharField(_("text to replace"), max_length=250, blank=True)
    reason = models.CharField(_("why"), max_length=200)
    # The customers: those picked, or all that the filter of the list names.
    picked = ArrayField(models.BigIntegerField(), null=True, blank=True)
    query = models.CharField(_("filter"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SHOWN)
    # Customers recorded after the list was shown are not part of it.
    up_to = models.BigIntegerField(_("up to customer"))
    reached = models.BigIntegerField(_("reached"), default=0)
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    created_at = models.DateTimeField(_("asked at"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("worked on until"), null=True, blank=True)

    class Meta:
        verbose_name = _("cleansing job")
        verbose_name_plural = _("cleansing jobs")
        ordering = ["-id"]
        permissions = [("cleanse_customers", "Can change many customers at once")]

    def __str__(self) -> str:
        return f"{self.get_operation_display()}: {self.field}"


class CleansingChange(models.Model):
    """What a job did to one customer, and what became of it."""

    class Outcome(models.TextChoices):
        CHANGED = "changed", _("Changed")
        FAILED = "failed", _("Failed")
        REVERSED = "reversed", _("Taken back")
        KEPT = "kept", _("Kept: edited since")
        STUCK = "stuck", _("Could not be taken back")

    job = models.ForeignKey(CleansingJob, models.CASCADE, related_name="changes")
    # A number only: what was done stays told when the customer is archived.
    customer_id = models.BigIntegerField(_("customer"))
    before = models.CharField(_("before"), max_length=250, blank=True)
    after = models.CharField(_("after"), max_length=250, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("cleansing change")
        verbose_name_plural = _("cleansing changes")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "customer_id"], name="cleansingchange_once_per_customer"
            )
        ]
        indexes = [models.Index(fields=["job", "outcome", "id"], name="cleansingchange_by_outcome")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.before} → {self.after}"


class ListExport(models.Model):
    """A file of a list, written in the background for the person who asked, and for nobody else."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WRITING = "writing", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        GONE = "gone", _("Removed")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    query = models.CharField(_("filter"), max_length=500, blank=True)
    columns = ArrayField(models.CharField(max_length=30), verbose_name=_("columns"))
    purpose = models.CharField(_("what for"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("asked at"), db_default=Now())
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("worked on until"), null=True, blank=True)
    message = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="listexport_ready_means_dated",
                condition=~Q(state="ready")
                | Q(ready_at__isnull=False, ready_at__gte=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at:%Y-%m-%d}"
