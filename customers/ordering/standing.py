"""Whether a piece of information is there and good enough: have, missing, stale or invalid."""

from dataclasses import dataclass
from datetime import datetime

from customers.ordering.table import Needed

HAVE, MISSING, STALE, INVALID = "have", "missing", "stale", "invalid"


@dataclass(frozen=True, slots=True)
class Known:
    """What is held: since when it is confirmed, and what is wrong with it if something is."""

    at: datetime | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands; `days` is its age where that is known."""

    status: str
    days: int | None = None
    wrong: str = ""


def standing(known: Known | None, max_age_days: int | None, now: datetime) -> Standing:
    """Judge what is held; information that must be fresh but bears no date is stale."""
    if known is None:
        return Standing(MISSING)
    days = max((now - known.at).days, 0) if known.at else None
    if known.wrong:
        return Standing(INVALID, days, known.wrong)
    if max_age_days is not None and (days is None or days > max_age_days):
        return Standing(STALE, days)
    return Standing(HAVE, days)


def is_open(needed: Needed, found: Standing) -> bool:
    """Whether an order must wait for it."""
    return needed.mandatory and found.status != HAVE
