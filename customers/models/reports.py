"""Which reports a customer wants, what was made of it, and who got it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.customer import Customer
from customers.models.revision import BUMP


class ReportNeedQuerySet(models.QuerySet["ReportNeed"]):
    def visible_to(self, actor: Actor) -> Self:
        """The only gate: the needs of customers one sees."""
        if not actor.has_perm("customers.view_reportneed"):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(actor))

    def lock(self, pk: int) -> "ReportNeed":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def due_on(self, day: date) -> Self:
        """Those with a period that ended before that day and is not begun yet."""
        return self.filter(ended_at=None, next_from__isnull=False, next_until__lte=day)


@tracked()
class ReportNeed(models.Model):
    """A subscription: one kind of report, each period, in one format, to some addresses."""

    class Period(models.TextChoices):
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")
        QUARTER = "quarter", _("Every quarter")

    class Format(models.TextChoices):
        PDF = "pdf", _("PDF")
        XLSX = "xlsx", _("Excel")
        CSV = "csv", _("CSV")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="report_needs")
    kind = models.CharField(_("report"), max_length=40)
    period = models.CharField(_("period"), max_length=8, choices=Period)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    recipients = models.JSONField(_("recipients"), default=list)
    next_from = models.DateField(_("next period from"))
    next_until = models.DateField(_("next period before"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = ReportNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("report subscription")
        verbose_name_plural = _("report subscriptions")
        permissions = [
            ("keep_report_needs", "Can keep report subscriptions of customers"),
            ("download_report", "Can download customers' reports"),
        ]
        constraints = [
            models.CheckConstraint(
                name="reportneed_words_known",
                condition=Q(
                    period__in=["week", "month", "quarter"], format__in=["pdf", "xlsx", "csv"]
                ),
            ),
            models.CheckConstraint(
                name="reportneed_period_has_days", condition=Q(next_until__gt=F("next_from"))
            ),
            models.UniqueConstraint(
                fields=["customer", "kind", "period", "format"],
                name="reportneed_stands_once",
                condition=Q(ended_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["next_until"], name="reportneed_due", condition=Q(ended_at=None))
        ]
        triggers = [BUMP]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class Report(models.Model):
    """One report of one period: made once, kept as it was made."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        READY = "ready", _("Made, on its way")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Could not be made")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    need = models.ForeignKey(ReportNeed, models.PROTECT, related_name="reports")
    since = models.DateField(_("from"))
    until = models.DateField(_("before"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DUE)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    media_type = models.CharField(_("type"), max_length=100, blank=True)
    content = models.BinaryField(_("content"), default=b"")
    digest = models.CharField(_("checksum"), max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    # When somebody was told that it is late: told once.
    late_at = models.DateTimeField(_("late since"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["need", "since"], name="report_once_per_period"),
            models.CheckConstraint(
                name="report_state_known",
                condition=Q(state__in=["due", "ready", "delivered", "failed"]),
            ),
            models.CheckConstraint(
                name="report_ready_means_made",
                condition=Q(state__in=["due", "failed"])
                | (Q(made_at__isnull=False) & ~Q(digest="")),
            ),
            models.CheckConstraint(
                name="report_delivered_means_dated",
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="report_waiting", condition=~Q(state="delivered"))
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.need_id} {self.since}"


class ReportDelivery(models.Model):
    """One report to one address: sent, and received where the receiver says so."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="deliveries")
    recipient = models.CharField(_("to"), max_length=320)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    receipt_at = models.DateTimeField(_("received at"), null=True, blank=True)
    receipt = models.CharField(_("receipt"), max_length=200, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("report delivery")
        verbose_name_plural = _("report deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "recipient"], name="reportdelivery_once_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.recipient}"
