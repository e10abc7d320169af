"""Closing policy: outcomes that may be given, and how long a closed matter can be reopened."""

from collections.abc import Mapping
from typing import Any, Final

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
    "needs_fact_decision": True,
}


def check(config: Mapping[str, Any]) -> None:
    for key in ("outcomes", "informed_by"):
        values = config.get(key)
        if not isinstance(values, list) or not values or set(map(type, values)) != {str}:
            raise ValueError(f"A closing policy lists its “{key}”.")
    days = config.get("reopen_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise ValueError("“reopen_days” is a whole number of days, 0 or more.")


SLOT: Final = Slot(
    key="close.policy",
    title="Closing policy",
    unit="interaction",
    processes=("1.3.5.3",),
    baseline=BASELINE,
    code_ref="interactions.processes.close_interaction",
    check_config=check,
)
