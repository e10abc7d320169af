"""How long matters take when those that are still open count too."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from interactions.clock import Calendar
from interactions.clock.survival import Survival, survival
from interactions.governed import calendars
from readiness.registry.resolve import configuration

# As many points as a small chart can show.
_POINTS: Final = 24
# The last tenth may take for ever; the curve shows what comes before.
_SHOWN: Final = 0.9


def reckon(row: Mapping[str, Any]) -> dict[str, Any]:
    """The median of Kaplan and Meier, and the curve, from the counts the statement gives."""
    found = survival(_counted(row["ended"]), _counted(row["waits"]) + _running(row))
    return {
        "value": found.quantile(0.5),
        "p25": found.quantile(0.25),
        "p75": found.quantile(0.75),
        "p90": found.quantile(0.9),
        "censored": found.censored,
        "followed": found.followed,
        "by_time": json.dumps(_curve(found)),
        "n": row["n"],
        "excluded": row["excluded"],
    }


def _counted(pairs: str) -> Counter[int]:
    return Counter(dict(json.loads(pairs)))


def _running(row: Mapping[str, Any]) -> Counter[int]:
    """How far each that runs has come, from how far it is from its due time."""
    come: Counter[int] = Counter()
    known: dict[tuple[int, str], Calendar] = {}
    now = row["seen_at"]
    for version, name, due, target, n in json.loads(row["running"]):
        if (version, name) not in known:
            config = configuration(version).config
            known[version, name] = calendars.calendar(config, name)
        hours = known[version, name]
        come[max(target - hours.measure(now, due) + hours.measure(due, now), 0)] += n
    return come


def _curve(found: Survival) -> list[list[float]]:
    """The share still open at even steps of desk time."""
    last = found.quantile(_SHOWN) or found.followed
    times = sorted({round(last * n / _POINTS) for n in range(_POINTS + 1)})
    shares = found.lasting(times)
    return [[at, round(share, 6)] for at, share in zip(times, shares, strict=True)]
