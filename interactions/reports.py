"""What interactions tell a customer of a period: their contacts, and how promises were kept."""

from datetime import datetime

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from customers.reporting.kinds import Content, ReportKind, Section, register
from interactions.governed import words
from interactions.models import Interaction, SlaClock

_MOST = 20_000


def _contacts(customer_id: int, since: datetime, until: datetime) -> Content:
    """Every contact that began in the period."""
    found = Interaction.objects.filter(
        customer=customer_id, removed_at=None, opened_at__gte=since, opened_at__lt=until
    ).order_by("opened_at", "pk")
    rows = [
        (
            one.reference,
            one.opened_at,
            str(one.get_direction_display()),
            str(words.CHANNELS.get(one.channel, one.channel)),
            one.subject,
            str(one.get_status_display()),
            one.completed_at,
        )
        for one in found[:_MOST]
    ]
    settled = sum(row[-1] is not None for row in rows)
    return Content(
        figures=[
            (_now("Contacts"), str(len(rows))),
            (_now("Completed"), _now("%(part)d of %(all)d") % {"part": settled, "all": len(rows)}),
        ],
        sections=[
            Section(
                _now("Contacts"),
                [
                    _now("Reference"),
                    _now("When"),
                    _now("Direction"),
                    _now("Channel"),
                    _now("Subject"),
                    _now("State"),
                    _now("Completed"),
                ],
                rows,
            )
        ],
    )


def _service_levels(customer_id: int, since: datetime, until: datetime) -> Content:
    """Every promise that was due in the period, kept or not."""
    clocks = (
        SlaClock.objects.filter(
            interaction__customer=customer_id,
            interaction__removed_at=None,
            due_at__gte=since,
            due_at__lt=until,
            cancelled_at=None,
        )
        .select_related("interaction")
        .order_by("due_at", "pk")[:_MOST]
    )
    rows, kept = [], 0
    for clock in clocks:
        met = bool(clock.stopped_at and clock.due_at and clock.stopped_at <= clock.due_at)
        kept += met
        rows.append(
            (
                clock.interaction.reference,
                clock.interaction.subject,
                str(clock.get_target_display()),
                clock.due_at,
                clock.stopped_at,
                _now("kept") if met else _now("missed"),
            )
        )
    share = f"{round(100 * kept / len(rows))} %" if rows else "–"
    return Content(
        figures=[
            (_now("Promises due"), str(len(rows))),
            (_now("Kept"), _now("%(part)d of %(all)d") % {"part": kept, "all": len(rows)}),
            (_now("In time"), share),
        ],
        sections=[
            Section(
                _now("Promises"),
                [
                    _now("Reference"),
                    _now("Subject"),
                    _now("Promise"),
                    _now("Due"),
                    _now("Settled"),
                    _now("Result"),
                ],
                rows,
                note=_now("Open and overdue counts as missed; what was called off is left out."),
            )
        ],
    )


register(ReportKind(key="sla", title=_("Service-level report"), order=10, build=_service_levels))
register(ReportKind(key="interactions", title=_("Interaction summary"), order=20, build=_contacts))
