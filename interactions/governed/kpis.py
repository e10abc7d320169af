"""The figures of this app, each defined once: in words here, in SQL beside it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext_noop as _

from interactions.governed import lasting
from readiness.registry import measures
from readiness.registry.measures import Measure

SCOPE: Final = ("channel", "vertical", "reason", "team", "segment", "rule", "version")


def _declare(
    key: str,
    title: str,
    definition: str,
    sql: str,
    *,
    better: str,
    unit: str,
    matures_days: int = 0,
    reckon: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None,
) -> Measure:
    return measures.declare(
        Measure(
            key=key,
            title=title,
            definition=definition,
            sql=f"interactions/{sql}.sql",
            better=better,
            unit=unit,
            processes=("1.3.5.6", "1.3.5.7"),
            scope=SCOPE,
            matures_days=matures_days,
            reckon=reckon,
        )
    )


IN_TIME: Final = _declare(
    "S-1",
    _("In time, first promise"),
    _(
        "Clocks whose due time lies in the period and that stopped at or before it. "
        "Open and overdue counts as missed. Merged, cancelled and test work is left out."
    ),
    "kpi_in_time",
    better="up",
    unit="ratio",
)
IN_TIME_LAST: Final = _declare(
    "S-1-last",
    _("In time, last promise"),
    _("The same against the last promise made; it belongs to the period in which that was due."),
    "kpi_in_time_last",
    better="up",
    unit="ratio",
)
TOLD: Final = _declare(
    "S-3",
    _("Told before the miss"),
    _("Of the first promises missed in the period: customers who were told before it was due."),
    "kpi_told_before",
    better="up",
    unit="ratio",
)
FIRST_RESPONSE: Final = _declare(
    "E-2",
    _("First response"),
    _(
        "Desk time from opening to the first message a person sent, for what came in and was "
        "answered in the period. Bots and automatic answers do not count."
    ),
    "kpi_first_response",
    better="down",
    unit="seconds",
)
NEXT_RESPONSE: Final = _declare(
    "E-2-next",
    _("Next response"),
    _(
        "Desk time from the oldest message nobody had answered to the next one a person sent, each "
        "time anew, for what was answered in the period. What was solved or cancelled without an "
        "answer is left out."
    ),
    "kpi_next_response",
    better="down",
    unit="seconds",
)
COMPLETION: Final = _declare(
    "E-3",
    _("Time to complete"),
    _("Time on the wall from opening to completing, for what was completed in the period."),
    "kpi_completion",
    better="down",
    unit="seconds",
)
RESOLUTION: Final = _declare(
    "E-3-desk",
    _("Resolution"),
    _("Desk time to the last resolve, without pauses, for what was resolved in the period."),
    "kpi_resolution",
    better="down",
    unit="seconds",
)
RESOLUTION_FIRST: Final = _declare(
    "E-3-first",
    _("First resolve"),
    _(
        "Desk time to the first resolve, without pauses, for what was first resolved in the "
        "period, whether it was reopened later or not."
    ),
    "kpi_resolution_first",
    better="down",
    unit="seconds",
)
RESOLUTION_ALL: Final = _declare(
    "E-3-km",
    _("Resolution, open ones counted"),
    _(
        "Desk time by which half of what was opened in the period was resolved for the last time; "
        "what is still open counts with the time it has taken so far (Kaplan and Meier). Final "
        "thirty days after the period."
    ),
    "kpi_resolution_all",
    better="down",
    unit="seconds",
    matures_days=30,
    reckon=lasting.reckon,
)
BACKLOG: Final = _declare(
    "E-5",
    _("Age of open work"),
    _("Time on the wall since opening, for everything not completed at the end of the period."),
    "kpi_backlog",
    better="down",
    unit="count",
)
CONTACTS: Final = _declare(
    "C-1",
    _("Contacts"),
    _("Contacts that came in during the period, by the channel of the first contact."),
    "kpi_contacts",
    better="",
    unit="count",
)
CONTACT_COST: Final = _declare(
    "$-1",
    _("Cost of a contact"),
    _(
        "What the contacts that came in during the period cost on average, at the price of their "
        "channel's version. A contact of two verticals costs half in each, so that costs add up."
    ),
    "kpi_contact_cost",
    better="down",
    unit="money",
)
FIRST_CONTACT: Final = _declare(
    "C-4",
    _("First contact resolution"),
    _(
        "Of the first contacts about a reason completed in the period: resolved, with no other "
        "contact about it within seven days. Known seven days after the period."
    ),
    "kpi_first_contact",
    better="up",
    unit="ratio",
    matures_days=7,
)
REPEAT: Final = _declare(
    "C-5",
    _("Repeat contacts"),
    _("Contacts about a reason the same customer had come with in the seven days before."),
    "kpi_repeat",
    better="down",
    unit="ratio",
)
REOPENED: Final = _declare(
    "E-4",
    _("Reopened"),
    _("Of what was completed in the period: what had been reopened at least once."),
    "kpi_reopened",
    better="down",
    unit="ratio",
)
REOPENED_SOON: Final = _declare(
    "E-4-soon",
    _("Reopened within seven days"),
    _(
        "Of what was first resolved in the period: what was taken up again within seven days. "
        "Known seven days after the period."
    ),
    "kpi_reopened_soon",
    better="down",
    unit="ratio",
    matures_days=7,
)
DOUBLE_ENTRY: Final = _declare(
    "E-6",
    _("Entered twice"),
    _("Of what came in during the period: what was merged into a matter that was there already."),
    "kpi_double_entry",
    better="down",
    unit="ratio",
)
MISSED: Final = _declare(
    "S-2",
    _("Promises missed"),
    _("First promises due in the period and not kept; the customers concerned are counted once."),
    "kpi_missed",
    better="down",
    unit="count",
)
NOTICE_LEAD: Final = _declare(
    "S-4",
    _("Notice before the miss"),
    _("Time from telling the customer of a delay to the time first promised, half are longer."),
    "kpi_notice_lead",
    better="up",
    unit="seconds",
)
PROMISE_KEPT: Final = _declare(
    "S-5",
    _("New promises kept"),
    _("Of the new times given to customers that lie in the period: kept. Replaced ones left out."),
    "kpi_promise_kept",
    better="up",
    unit="ratio",
)
ANSWERS: Final = _declare(
    "S-6",
    _("Customer answers tracked"),
    _("Questions whose answer was due in the period: answered, or silence was acted on."),
    "kpi_answers",
    better="up",
    unit="ratio",
)
UNPERMITTED: Final = _declare(
    "S-7",
    _("Messages against wishes"),
    _("Sent without a permission written beside them, after a refusal or in quiet hours: 0."),
    "kpi_unpermitted",
    better="down",
    unit="count",
)
SATISFIED: Final = _declare(
    "C-6",
    _("Satisfied customers"),
    _("Of those who answered the survey in the period: 4 or 5 of 5."),
    "kpi_satisfied",
    better="up",
    unit="ratio",
)
RECOMMEND: Final = _declare(
    "C-6-nps",
    _("Would recommend us"),
    _("Those who gave 9 or 10 less those who gave 0 to 6, of all who answered in the period."),
    "kpi_recommend",
    better="up",
    unit="points",
)
EASE: Final = _declare(
    "C-6-ces",
    _("Ease"),
    _("How easy it was for the customer, 1 to 7, on average of the answers of the period."),
    "kpi_ease",
    better="up",
    unit="score",
)
SPEED_OF_ANSWER: Final = _declare(
    "C-3",
    _("Speed of answer"),
    _("How long half of the callers waited for somebody, of the calls that rang in the period."),
    "kpi_speed_of_answer",
    better="down",
    unit="seconds",
)
HANDLE_TIME: Final = _declare(
    "E-1",
    _("Handle time of calls"),
    _(
        "Talking, holding and wrapping up by the number of calls that rang in the period and were "
        "handled: the mean, for staffing, with the median beside it."
    ),
    "kpi_handle_time",
    better="down",
    unit="seconds",
)
HANDLE_TIME_WRITTEN: Final = _declare(
    "E-1-written",
    _("Handle time of all else"),
    _(
        "Time colleagues were at what was completed in the period, calls left out: counted while "
        "they had it open, not beyond two minutes without a touch, as they corrected it at "
        "wrap-up. The mean, for staffing; what nobody had open is left out."
    ),
    "kpi_handle_time_written",
    better="down",
    unit="seconds",
)
OCCUPANCY: Final = _declare(
    "E-7",
    _("Occupancy"),
    _(
        "Of the time colleagues were on calls or said that they take work: talking, holding and "
        "wrapping up. Only their team and the channel cut it."
    ),
    "kpi_occupancy",
    better="",
    unit="ratio",
)
CONTACT_RATE: Final = _declare(
    "C-2",
    _("Contacts per 1000 customers"),
    _(
        "Contacts that came in during the period for each thousand customers, counted halfway "
        "between its beginning and its end. Only a segment cuts the customers too."
    ),
    "kpi_contact_rate",
    better="down",
    unit="rate",
)
SELF_SERVICE: Final = _declare(
    "C-7",
    _("Solved without us"),
    _("Of what came in and was completed in the period: solved with no colleague touching it."),
    "kpi_self_service",
    better="up",
    unit="ratio",
)
TRANSFERS: Final = _declare(
    "E-4-transfers",
    _("Handed on"),
    _("Of what was completed in the period: given to another team after it had one."),
    "kpi_transfers",
    better="down",
    unit="ratio",
)

# Drawn as lines over the periods; the others stand as figures of one period beside the one before.
TREND: Final = (
    IN_TIME,
    IN_TIME_LAST,
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    RESOLUTION,
    RESOLUTION_FIRST,
    RESOLUTION_ALL,
    BACKLOG,
)
SINGLE: Final = (TOLD, COMPLETION, CONTACTS, CONTACT_COST)
QUALITY: Final = (
    CONTACT_RATE,
    FIRST_CONTACT,
    REPEAT,
    SELF_SERVICE,
    REOPENED,
    REOPENED_SOON,
    TRANSFERS,
    DOUBLE_ENTRY,
    MISSED,
    NOTICE_LEAD,
    PROMISE_KEPT,
    ANSWERS,
    UNPERMITTED,
    SATISFIED,
    RECOMMEND,
    EASE,
    SPEED_OF_ANSWER,
    HANDLE_TIME,
    HANDLE_TIME_WRITTEN,
    OCCUPANCY,
)
EVERY: Final = (*TREND, *SINGLE, *QUALITY)

# What we promise ourselves; a figure that stays behind it is a signal.
TARGETS: Final[Mapping[Measure, float]] = {
    IN_TIME: 0.95,
    IN_TIME_LAST: 0.95,
    TOLD: 1.0,
    PROMISE_KEPT: 0.95,
    ANSWERS: 0.95,
    UNPERMITTED: 0.0,
    FIRST_CONTACT: 0.7,
    SATISFIED: 0.8,
}


def misses(measure: Measure, value: float | None, target: float) -> bool:
    """Whether a value is on the wrong side of its target."""
    if value is None:
        return False
    return value < target if measure.better == "up" else value > target
