"""Closing policy: outcomes that may be given, when what is done closes, how long it reopens."""

from collections.abc import Mapping
from typing import Any, Final

from interactions.governed import words
from readiness.registry.slots import Slot

OUTCOMES: Final = (
    "resolved",
    "explained",
    "credited",
    "referred",
    "no-answer",
    "withdrawn",
    "not-resolved",
)
# Proof that nobody could be told counts as having tried, and is recorded as what it is.
INFORMED_BY: Final = (
    "phone", "email", "chat", "sms", "letter", "in-person", "web", "app", "api", "impossible",
)  # fmt: skip

BASELINE: Final[Mapping[str, Any]] = {
    "outcomes": list(OUTCOMES),
    "informed_by": list(INFORMED_BY),
    "reopen_days": 30,
    # Done and unanswered for so long, it is closed by itself.
    "close_after_days": 3,
    "needs_fact_decision": True,
}


def check(config: Mapping[str, Any]) -> None:
    for key in ("outcomes", "informed_by"):
        values = config.get(key)
        if not isinstance(values, list) or not values or set(map(type, values)) != {str}:
            raise ValueError(f"A closing policy lists its “{key}”.")
    for key in ("reopen_days", "close_after_days"):
        # A version from before there was a window closes after that of today.
        days = config.get(key, None if key == "reopen_days" else 0)
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise ValueError(f"“{key}” is a whole number of days, 0 or more.")


SLOT: Final = Slot(
    key="close.policy",
    title="Closing policy",
    unit="interaction",
    processes=("1.3.5.3",),
    baseline=BASELINE,
    code_ref="interactions.processes.close_interaction",
    check_config=check,
    settings=words.CLOSING,
)
