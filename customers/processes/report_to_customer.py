"""Report to Customer: what a customer wants reported, made each period, delivered and receipted."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.audit.history import because
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.events.catalogue import ReportLate, ReportReady
from crm.events.publish import publish
from customers.models import Customer, Report, ReportDelivery, ReportNeed
from customers.processes.record_customer import save_checked
from customers.reporting import kinds
from customers.reporting.documents import Heading, rendered
from customers.reporting.periods import current, following

ETOM = "1.3.6"

_log = structlog.get_logger(__name__)
DELIVER_WITHIN = timedelta(days=1)
_MOST_RECIPIENTS = 20
_State = Report.State


@transaction.atomic
def keep_report_need(
    *,
    customer_id: int,
    kind: str,
    period: str,
    format: str,
    recipients: Sequence[str],
    actor: Actor,
) -> ReportNeed:
    """Subscribe a customer to a report; the same one again gets the new addresses."""
    require(actor, "customers.keep_report_needs")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    _known(kind, period, format)
    addresses = _addresses(recipients)
    held = ReportNeed.objects.filter(
        customer=customer, kind=kind, period=period, format=format, ended_at=None
    ).first()
    since, until = current(timezone.localdate(), period)
    need = held or ReportNeed(
        customer=customer,
        kind=kind,
        period=period,
        format=format,
        next_from=since,
        next_until=until,
    )
    need.recipients = addresses
    with because(actor, "customer-notified"):
        save_checked(need)
    return need


@transaction.atomic
def end_report_need(*, need_id: int, actor: Actor) -> ReportNeed:
    """End a subscription; what was made stays."""
    require(actor, "customers.keep_report_needs")
    need = ReportNeed.objects.visible_to(actor).lock(need_id)
    if need.ended_at is None:
        need.ended_at = timezone.now()
        with because(actor, "customer-notified"):
            need.save(update_fields=["ended_at"])
    return need


def make_due_reports(now: datetime, limit: int = 50) -> int:
    """Make what is due, one transaction each; one that fails holds up no other."""
    made = 0
    for need_id in list(
        ReportNeed.objects.due_on(timezone.localdate(now))
        .order_by("next_until", "pk")
        .values_list("pk", flat=True)[:limit]
    ):
        made += _begin(need_id, timezone.localdate(now))
    # Those never tried come first: what fails again and again must not be in their way.
    waiting = Report.objects.filter(state__in=[_State.DUE, _State.FAILED], need__ended_at=None)
    for report_id in list(waiting.order_by("state", "due_at").values_list("pk", flat=True)[:limit]):
        try:
            make_report(report_id=report_id, actor=SYSTEM)
        except Exception as problem:
            _log.exception("report.not_made", report=report_id)
            waiting.filter(pk=report_id).update(
                state=_State.FAILED, problem=f"{type(problem).__name__}: {problem}"[:300]
            )
    return made


@transaction.atomic
def _begin(need_id: int, today: date) -> int:
    """Write down that a period's report is due, and go on to the next period."""
    due = ReportNeed.objects.due_on(today).select_for_update(skip_locked=True, of=("self",))
    need = due.filter(pk=need_id).first()
    if need is None:
        return 0
    ends = timezone.make_aware(datetime.combine(need.next_until, datetime.min.time()))
    Report.objects.get_or_create(
        need=need,
        since=need.next_from,
        defaults={"until": need.next_until, "due_at": ends + DELIVER_WITHIN},
    )
    need.next_from, need.next_until = following(need.next_until, need.period)
    need.save(update_fields=["next_from", "next_until"])
    return 1


@transaction.atomic
def make_report(*, report_id: int, actor: Actor) -> Report:
    """Make a report from what is recorded now, and have it delivered; made once, it stays."""
    require(actor, "customers.keep_report_needs")
    report = (
        Report.objects.select_for_update(of=("self",))
        .select_related("need__customer__party")
        .get(pk=report_id)
    )
    if report.made_at is not None:
        return report
    need, customer = report.need, report.need.customer
    language = (customer.party and customer.party.language) or "en"
    with translation.override(language):
        kind = kinds.named(need.kind)
        content = kind.build(customer.pk, _start(report.since), _start(report.until))
        file = rendered(need.format, _heading(str(kind.title), customer, report), content)
    report.content, report.media_type = file.content, file.media_type
    report.digest = hashlib.sha256(file.content).hexdigest()
    report.file_name = f"{need.kind}-{report.since:%Y-%m-%d}.{file.suffix}"
    report.rows, report.made_at = content.rows, timezone.now()
    report.state, report.problem = _State.READY, ""
    report.save()
    ReportDelivery.objects.bulk_create(
        [ReportDelivery(report=report, recipient=one) for one in need.recipients],
        ignore_conflicts=True,
    )
    publish(ReportReady(report_id=report.pk, customer_id=customer.pk), actor=actor)
    return report


@transaction.atomic
def delivered(*, report_id: int, recipient: str, problem: str = "", actor: Actor) -> Report:
    """What became of one address; the report is delivered when every address is settled well."""
    require(actor, "customers.keep_report_needs")
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    one = report.deliveries.get(recipient=recipient)
    if problem:
        one.problem = problem[:300]
    elif one.sent_at is None:
        one.sent_at, one.problem = timezone.now(), ""
    one.save(update_fields=["problem", "sent_at"])
    if not report.deliveries.filter(sent_at=None).exists() and report.state == _State.READY:
        report.state, report.delivered_at = _State.DELIVERED, timezone.now()
        report.save(update_fields=["state", "delivered_at"])
    return report


@transaction.atomic
def receipt(*, report_id: UUID, recipient: str, said: str = "", actor: Actor) -> ReportDelivery:
    """A receiver says that it arrived; said again, the first time stands."""
    require(actor, "customers.download_report")
    report = _visible(report_id, actor)
    one = report.deliveries.select_for_update().filter(recipient__iexact=recipient).first()
    if one is None:
        raise RuleBroken(
            "not-a-recipient",
            _("The report was not sent to this address."),
            field="recipient",
            kind="invalid",
        )
    if one.receipt_at is None:
        one.receipt_at, one.receipt = timezone.now(), (said or actor.name)[:200]
        one.save(update_fields=["receipt_at", "receipt"])
    return one


@transaction.atomic
def download(*, report_id: UUID, purpose: str, actor: Actor) -> Report:
    """The report with its content; who took it is on record."""
    require(actor, "customers.download_report")
    report = _visible(report_id, actor)
    if report.made_at is None:
        raise RuleBroken("not-made-yet", _("This report is not made yet."))
    record_access(
        actor=actor,
        action="export",
        subject="customer",
        ids=[report.need.customer_id],
        purpose=purpose,
        detail=f"report {report.file_name}",
    )
    return report


@transaction.atomic
def find_late(now: datetime, limit: int = 200) -> int:
    """Say once of each report that is past its time: somebody has to look."""
    late = (
        Report.objects.filter(~Q(state=_State.DELIVERED), due_at__lt=now, late_at=None)
        .select_related("need")
        .defer("content")
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    found = list(late)
    for report in found:
        publish(ReportLate(report_id=report.pk, customer_id=report.need.customer_id), actor=SYSTEM)
    Report.objects.filter(pk__in=[one.pk for one in found]).update(late_at=now)
    return len(found)


def _visible(report_id: UUID, actor: Actor) -> Report:
    return Report.objects.select_related("need__customer").get(
        public_id=report_id, need__in=ReportNeed.objects.visible_to(actor)
    )


def _heading(title: str, customer: Customer, report: Report) -> Heading:
    last = report.until - timedelta(days=1)
    return Heading(
        title=title,
        customer=f"{customer.name} · {customer.number}",
        period=f"{_day(report.since)} – {_day(last)}",
        made=_("Made on %(when)s") % {"when": _day(timezone.localdate())},
    )


def _day(day: date) -> str:
    return formats.date_format(day, "j F Y")


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _known(kind: str, period: str, format: str) -> None:
    known: dict[str, tuple[str, Sequence[Any]]] = {
        "kind": (kind, [one.key for one in kinds.registered()]),
        "period": (period, ReportNeed.Period.values),
        "format": (format, ReportNeed.Format.values),
    }
    for field, (said, allowed) in known.items():
        if said not in allowed:
            raise RuleBroken(
                f"unknown-{field}",
                _("“%(said)s” is not one of %(known)s.")
                % {"said": said, "known": ", ".join(allowed)},
                field=field,
                kind="invalid",
            )


def _addresses(recipients: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in recipients if one.strip()))
    for one in found:
        try:
            validate_email(one)
        except ValidationError as wrong:
            raise RuleBroken(
                "not-an-address",
                _("“%(said)s” is no e-mail address.") % {"said": one},
                field="recipients",
                kind="invalid",
            ) from wrong
    if not found or len(found) > _MOST_RECIPIENTS:
        raise RuleBroken(
            "no-recipient",
            _("Name one to %(most)d e-mail addresses.") % {"most": _MOST_RECIPIENTS},
            field="recipients",
            kind="invalid",
        )
    return found
