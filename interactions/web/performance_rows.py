"""The rows behind a figure: every number can be asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least, TruncSecond
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interactions.models import (
    Call,
    Commitment,
    Interaction,
    InteractionEvent,
    Reading,
    ResponseRequest,
    SlaClock,
    Survey,
)
from interactions.processes.report_interaction import pressure

PAGE = 50
# In the address: what belongs to no team.
NO_TEAM = "none"
_COUNTED_TO = 1000
KINDS: Mapping[str, Any] = {
    "due": gettext_lazy("Promises due in the period"),
    "missed": gettext_lazy("First promises missed in the period"),
    "answered": gettext_lazy("First answered in the period"),
    "answered_again": gettext_lazy("Answered again in the period"),
    "opened_all": gettext_lazy("Opened in the period, from customers and by us"),
    "resolved": gettext_lazy("Resolved in the period for the last time"),
    "resolved_first": gettext_lazy("First resolved in the period"),
    "completed": gettext_lazy("Completed in the period"),
    "opened": gettext_lazy("Came in during the period"),
    "open": gettext_lazy("Open now"),
    "soon": gettext_lazy("Due within the hour"),
    "late": gettext_lazy("Promise missed"),
    "waiting": gettext_lazy("Waiting for customers"),
    "unanswered": gettext_lazy("Waiting for a first reply"),
    "untold": gettext_lazy("Missed and customer not told"),
    "risk": gettext_lazy("At risk, no new time proposed"),
    "stuck": gettext_lazy("Paused over 3 days"),
    "uninformed": gettext_lazy("Done, customer not yet told"),
    "repeat": gettext_lazy("Came back within seven days"),
    "reopened": gettext_lazy("Completed in the period, reopened before"),
    "reopened_soon": gettext_lazy("First resolved in the period, reopened within seven days"),
    "merged": gettext_lazy("Came in during the period and merged"),
    "promised_anew": gettext_lazy("New promises due in the period"),
    "asked": gettext_lazy("Answers due in the period"),
    "opinions": gettext_lazy("Customers who said how we did"),
    "calls": gettext_lazy("Calls that rang in the period"),
    "worked": gettext_lazy("Completed in the period and worked on, calls left out"),
    "due_last": gettext_lazy("Last promises due in the period"),
    "alone": gettext_lazy("Solved with no colleague touching it"),
    "handed_on": gettext_lazy("Given to another team"),
    "unpermitted": gettext_lazy("Written to without a permission beside it"),
}
_ENDED = (Interaction.Status.CANCELLED, Interaction.Status.MERGED)


def rows(
    kind: str, scope: Mapping[str, Any], a: datetime, b: datetime, now: datetime
) -> QuerySet[Interaction]:
    """The interactions a figure counts, newest first."""
    found = Interaction.objects.filter(removed_at=None).filter(_scope(scope))
    return found.filter(_of(kind, scope, a, b, now)).order_by("-pk")


def needs_somebody(scope: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """What a lead should look at first, with how many there are and since when."""
    signs = {
        "untold": "alert-octagon",
        "risk": "alert-triangle",
        "stuck": "player-pause",
        "uninformed": "circle-dashed",
    }
    found = []
    for kind, icon in signs.items():
        some = rows(kind, scope, now, now, now)
        oldest = some.order_by("opened_at").values_list("opened_at", flat=True).first()
        found.append(
            {
                "kind": kind,
                "label": KINDS[kind],
                "icon": icon,
                "n": some[: _COUNTED_TO + 1].count() if oldest else 0,
                "since": oldest,
            }
        )
    return found


def _scope(scope: Mapping[str, Any]) -> Q:
    said = {
        "channel": "channel",
        "reason": "reason__key",
        "team": "team_id",
        "segment": "customer__segment",
    }
    q = Q(**{said[name]: value for name, value in scope.items() if name in said})
    if scope.get("vertical"):
        q &= Q(verticals__contains=[scope["vertical"]])
    if {"rule", "version"} & set(scope):
        q &= Q(Exists(_clocks(scope)))
    return q


def _clocks(scope: Mapping[str, Any]) -> QuerySet[SlaClock]:
    about = SlaClock.objects.filter(interaction=OuterRef("pk"), cancelled_at=None)
    if scope.get("rule"):
        about = about.filter(rule=scope["rule"])
    if scope.get("version"):
        about = about.filter(capability_version=scope["version"])
    return about


def _of(kind: str, scope: Mapping[str, Any], a: datetime, b: datetime, now: datetime) -> Q:
    clocks = _clocks(scope)
    due = clocks.filter(due_at__gte=a, due_at__lt=b)
    resolution = clocks.filter(target=SlaClock.Target.RESOLUTION)
    late = Q(stopped_at=None) | Q(stopped_at__gt=F("due_at"))
    first = clocks.filter(stopped_at=None, commitment_no=1)
    still_open = ~Q(status__in=Interaction.ENDED)
    told = Commitment.objects.filter(clock=OuterRef("pk"), number__gt=1, notice__isnull=False)
    events = InteractionEvent.objects.filter(interaction=OuterRef("pk"))
    return {
        "due": Q(Exists(due)),
        "missed": Q(Exists(due.filter(late))),
        "answered": Q(first_response_at__gte=a, first_response_at__lt=b)
        & Q(direction=Interaction.Direction.INBOUND),
        "completed": Q(completed_at__gte=a, completed_at__lt=b)
        # Imported without the time it ended: the end stands at the beginning.
        & ~Q(as_given__has_key="endUnknown", completed_at=F("opened_at")),
        "answered_again": Q(Exists(_answered_again(clocks, a, b))),
        "opened": Q(opened_at__gte=a, opened_at__lt=b, direction="inbound") & ~Q(status__in=_ENDED),
        "opened_all": Q(opened_at__gte=a, opened_at__lt=b)
        & Q(Exists(clocks.filter(target=SlaClock.Target.RESOLUTION))),
        "resolved": Q(Exists(resolution.filter(stopped_at__gte=a, stopped_at__lt=b))),
        "resolved_first": Q(
            Exists(
                resolution.filter(
                    Q(first_stopped_at__gte=a, first_stopped_at__lt=b)
                    | Q(first_stopped_at=None, stopped_at__gte=a, stopped_at__lt=b)
                )
            )
        ),
        "open": still_open,
        **{name: still_open & q for name, q in pressure(now).items()},
        "untold": still_open & Q(Exists(first.filter(~Exists(told), due_at__lt=now))),
        "risk": still_open & Q(Exists(first.filter(jeopardy_at__isnull=False, due_at__gte=now))),
        "stuck": still_open
        & Q(
            Exists(clocks.filter(state=SlaClock.State.PAUSED)),
            Exists(
                InteractionEvent.objects.filter(
                    interaction=OuterRef("pk"),
                    type="pause",
                    occurred_at__lt=now - timedelta(days=3),
                )
            ),
        ),
        "uninformed": Q(status=Interaction.Status.COMPLETED),
        "repeat": Q(opened_at__gte=a, opened_at__lt=b, direction="inbound")
        & ~Q(status__in=_ENDED)
        & Q(Exists(_contacts_before())),
        "reopened": Q(completed_at__gte=a, completed_at__lt=b, reopened__gt=0)
        & ~Q(status__in=_ENDED),
        "reopened_soon": Q(
            Exists(
                resolution.filter(
                    Exists(
                        InteractionEvent.objects.filter(
                            interaction=OuterRef("interaction"),
                            type="reopened",
                            occurred_at__gte=OuterRef("first_stopped_at"),
                            occurred_at__lt=OuterRef("first_stopped_at") + timedelta(days=7),
                        )
                    ),
                    first_stopped_at__gte=a,
                    first_stopped_at__lt=b,
                )
            )
        ),
        "merged": Q(opened_at__gte=a, opened_at__lt=b, direction="inbound", status="merged"),
        "promised_anew": Q(
            Exists(
                Commitment.objects.filter(
                    clock__interaction=OuterRef("pk"), number__gt=1, due_at__gte=a, due_at__lt=b
                )
            )
        ),
        "asked": Q(
            Exists(
                ResponseRequest.objects.filter(
                    interaction=OuterRef("pk"), due_at__gte=a, due_at__lt=b
                ).exclude(state=ResponseRequest.State.WITHDRAWN)
            )
        ),
        "opinions": Q(
            Exists(
                Survey.objects.filter(
                    interaction=OuterRef("pk"), answered_at__gte=a, answered_at__lt=b
                )
            )
        ),
        "calls": Q(
            Exists(
                Call.objects.filter(
                    interaction=OuterRef("pk"), direction="inbound", rang_at__gte=a, rang_at__lt=b
                )
            )
        ),
        "worked": Q(
            Exists(
                Reading.objects.filter(
                    interaction=OuterRef("pk"), focus__gt=timedelta() - F("correction")
                )
            ),
            completed_at__gte=a,
            completed_at__lt=b,
        )
        & ~Q(status__in=_ENDED)
        & ~Q(channel="phone"),
        "due_last": Q(
            Exists(due.filter(commitment_no=1)),
        )
        | Q(
            Exists(
                Commitment.objects.filter(
                    clock__in=clocks.values("pk"),
                    number=F("clock__commitment_no"),
                    number__gt=1,
                    due_at__gte=a,
                    due_at__lt=b,
                )
            )
        ),
        "alone": Q(completed_at__gte=a, completed_at__lt=b, direction="inbound")
        & Q(outcome="resolved", owner=None, first_response_at=None)
        & ~Q(status__in=_ENDED)
        & ~Q(Exists(events.filter(actor_id__isnull=False))),
        "handed_on": Q(completed_at__gte=a, completed_at__lt=b)
        & ~Q(status__in=_ENDED)
        & Q(
            Exists(
                events.filter(
                    type="transferred",
                    data__old__isnull=False,
                    occurred_at__lte=OuterRef("completed_at"),
                ).exclude(data__old=None)
            )
        ),
        "unpermitted": Q(
            pk__in=RawSQL(
                "SELECT interaction_id FROM interactions_messages_against_wishes"
                " WHERE sent_at >= %s AND sent_at < %s",
                [a, b],
            )
        ),
    }[kind]


def _answered_again(clocks: QuerySet[SlaClock], a: datetime, b: datetime) -> QuerySet[SlaClock]:
    """Waits for a further answer that ended with one; the clock counts whole seconds."""
    replies = InteractionEvent.objects.annotate(
        at=TruncSecond(Least("occurred_at", "recorded_at"))
    ).filter(interaction=OuterRef("interaction"), type="agent_reply", at=OuterRef("stopped_at"))
    stopped = clocks.filter(
        target=SlaClock.Target.NEXT_RESPONSE, stopped_at__gte=a, stopped_at__lt=b
    )
    return stopped.filter(
        Exists(replies.filter(Q(data__automatic__isnull=True) | Q(data__automatic=False)))
    )


def _contacts_before() -> QuerySet[Interaction]:
    """Contacts of the same customer about the same reason in the seven days before."""
    return Interaction.objects.filter(
        customer=OuterRef("customer"),
        reason=OuterRef("reason"),
        direction=Interaction.Direction.INBOUND,
        removed_at=None,
        opened_at__lt=OuterRef("opened_at"),
        opened_at__gte=OuterRef("opened_at") - timedelta(days=7),
    ).exclude(status__in=_ENDED)


def result(interaction: Interaction) -> str:
    """How the promises of one row stand, in words."""
    missed = [
        clock
        for clock in interaction.clocks.all()
        if clock.due_at and clock.state == SlaClock.State.BREACHED
    ]
    if missed:
        names = sorted({str(clock.get_target_display()) for clock in missed})
        return _("Missed: %(names)s") % {"names": ", ".join(names)}
    return ""
