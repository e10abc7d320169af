"""The figures of this app, each defined once: in words here, in SQL beside it."""

from typing import Final

from django.utils.translation import gettext_noop as _

from readiness.registry import measures
from readiness.registry.measures import Measure

SCOPE: Final = ("channel", "vertical", "team", "segment", "rule", "version")


def _declare(key: str, title: str, definition: str, sql: str, *, better: str, unit: str) -> Measure:
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
