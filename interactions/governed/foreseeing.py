"""Jeopardy predictor: when a promise counts as in doubt, by how long its own queue takes."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from readiness.registry.settings import Setting
from readiness.registry.slots import Slot

BASELINE: Final[Mapping[str, Any]] = {
    # Fewer than so many in a hundred like it still make it: the owner is asked.
    "ask_below": 75,
    # Fewer than so many: the customer is told the new date, where the policy lets us tell them.
    "tell_below": 50,
    # Nobody is asked before so much of the promised time is used, however slow the queue is.
    "earliest_percent": 25,
    # The new date is one that so many in a hundred like it keep.
    "date_kept_by": 75,
    # A queue is known by what it finished in so many days, and only if that was enough.
    "window_days": 28,
    "least": 30,
    "targets": ["first_response", "resolution"],
}
_PER_CENT: Final = _("in a hundred")
SETTINGS: Final[Mapping[str, Setting]] = {
    "ask_below": Setting(
        _("Ask the owner when fewer make it than"),
        _("Of those in the same queue that were still open after the same time."),
        _PER_CENT,
    ),
    "tell_below": Setting(
        _("Tell the customer when fewer make it than"),
        _("Only where the service-level policy sends notices by itself."),
        _PER_CENT,
    ),
    "earliest_percent": Setting(_("Not before"), _("Share of the promised time used."), "%"),
    "date_kept_by": Setting(
        _("Propose a date that is kept by"),
        _("Of those still open after the same time."),
        _PER_CENT,
    ),
    "window_days": Setting(_("A queue is known by its last"), unit=_("days")),
    "least": Setting(
        _("And by at least"), _("With fewer finished, nothing is foreseen."), _("finished clocks")
    ),
    "targets": Setting(
        _("For the promises"),
        choices={"first_response": _("First reply"), "resolution": _("Fix")},
    ),
}
_SHARES: Final = ("ask_below", "tell_below", "earliest_percent", "date_kept_by")
_COUNTS: Final = ("window_days", "least")
_HUNDRED: Final = 100


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless something can be foreseen by these figures."""
    for key in _SHARES:
        if not _whole(config.get(key)) or not 0 < config[key] < _HUNDRED:
            raise ValueError(f"“{key}” is a whole number between 1 and 99.")
    for key in _COUNTS:
        if not _whole(config.get(key)) or config[key] < 1:
            raise ValueError(f"“{key}” is a whole number, 1 or more.")
    if config["tell_below"] > config["ask_below"]:
        raise ValueError("The owner is asked before the customer is told, not after.")
    if not set(config.get("targets", ())) <= {"first_response", "resolution"}:
        raise ValueError("Only the first reply and the fix are foreseen.")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


SLOT: Final = Slot(
    key="jeopardy.predictor",
    title="Jeopardy predictor",
    unit="interaction",
    processes=("1.3.5.6",),
    baseline=BASELINE,
    code_ref="interactions.clock.foresight",
    check_config=check,
    settings=SETTINGS,
)
