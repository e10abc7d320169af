"""What interactions tell a customer of a period: their contacts, and how promises were kept."""

from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from customers.reporting.kinds import Content, ReportKind, Section, register
from interactions.governed import words
from interactions.models import Commitment, Interaction, SlaClock
from interactions.processes.deliver_report import SOURCE

_MOST = 20_000
# What was called off, and what goes on in another matter that is told.
_NONE = (Interaction.Status.CANCELLED, Interaction.Status.MERGED)


def _contacts(customer_id: int, since: datetime, until: datetime) -> Content:
    """Every contact that began in the period; sending this report is none."""
    found = (
        Interaction.objects.filter(
            customer=customer_id, removed_at=None, opened_at__gte=since, opened_at__lt=until
        )
        .exclude(status__in=_NONE)
        .exclude(source=SOURCE)
        .order_by("opened_at", "pk")
    )
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
                note=_now("What was called off, or told twice and made one, is left out."),
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
        .prefetch_related(Prefetch("commitments", _new_times(), to_attr="new_times"))
        .order_by("due_at", "pk")[:_MOST]
    )
    rows, kept, anew, anew_kept = [], 0, 0, 0
    for clock in clocks:
        met = bool(clock.stopped_at and clock.due_at and clock.stopped_at <= clock.due_at)
        kept += met
        new_time = next((one.due_at for one in clock.new_times), None)
        new_met = bool(new_time and clock.stopped_at and clock.stopped_at <= new_time)
        anew += new_time is not None
        anew_kept += new_met
        rows.append(
            (
                clock.interaction.reference,
                clock.interaction.subject,
                str(clock.get_target_display()),
                clock.due_at,
                new_time,
                clock.stopped_at,
                _result(met=met, new_met=new_met),
            )
        )
    share = f"{round(100 * kept / len(rows))} %" if rows else "–"
    given = _now("%(part)d of %(all)d kept") % {"part": anew_kept, "all": anew}
    return Content(
        figures=[
            (_now("Promises due"), str(len(rows))),
            (_now("Kept"), _now("%(part)d of %(all)d") % {"part": kept, "all": len(rows)}),
            (_now("In time"), share),
            *([(_now("New times we gave you"), given)] if anew else []),
        ],
        sections=[
            Section(
                _now("Promises"),
                [
                    _now("Reference"),
                    _now("Subject"),
                    _now("Promise"),
                    _now("Due"),
                    _now("New time"),
                    _now("Settled"),
                    _now("Result"),
                ],
                rows,
                note=_now(
                    "A promise is kept if it was settled when it was due; a new time we gave you "
                    "does not change that and stands beside it. Open and overdue counts as missed; "
                    "what was called off is left out."
                ),
            )
        ],
    )


def _new_times() -> QuerySet[Commitment]:
    """What was promised after the contract, the last first."""
    standing = Commitment.objects.exclude(outcome=Commitment.Outcome.REPLACED)
    return standing.filter(number__gt=1).order_by("-number")


def _result(*, met: bool, new_met: bool) -> str:
    if met:
        return _now("kept")
    return _now("missed, new time kept") if new_met else _now("missed")


register(ReportKind(key="sla", title=_("Service-level report"), order=10, build=_service_levels))
register(ReportKind(key="interactions", title=_("Interaction summary"), order=20, build=_contacts))
