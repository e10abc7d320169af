"""Claiming due clocks: what lies in the tables must not matter, only what is due."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from tests.bench.ratio import Ratio, seconds

_DUE = 1_000
_FEW, _MANY = 10_000, 1_000_000
_ROUNDS = 15


class _TakenBack(Exception):
    pass


def measure() -> list[Ratio]:
    from interactions.models import SlaClock

    clocks = SlaClock.objects.count()
    many = min(_MANY, clocks)
    few, lots = _claim(_FEW), _claim(many)
    return [
        Ratio(
            f"claim {_DUE:,} due clocks among {many:,}, of among {_FEW:,}",
            lots / few,
            1.3,
            False,
            f"{lots * 1000:.1f} ms",
        )
    ]


def _claim(armed: int) -> float:
    """The quickest of several claims with so many armed clocks, of which a thousand are due."""
    from interactions.models import ArmedClock

    now = timezone.now()
    best = float("inf")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM interactions_armedclock")
            # Due ones scattered over the table, as life leaves them.
            cursor.execute(
                "INSERT INTO interactions_armedclock (clock_id, next_fire_at, stage)"
                " SELECT id, CASE WHEN n %% %s = 0 THEN %s - interval '1 minute' * (n %% 50)"
                " ELSE %s + interval '1 second' * n END, 50"
                " FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n"
                " FROM interactions_slaclock LIMIT %s) c",
                [armed // _DUE, now, now + timedelta(hours=1), armed],
            )
            cursor.execute("ANALYZE interactions_armedclock")
            for _ in range(_ROUNDS):
                point = transaction.savepoint()
                claimed: list[int] = []
                best = min(
                    best,
                    seconds(
                        lambda claimed=claimed: claimed.extend(  # type: ignore[misc]  # the checker knows no default of a lambda
                            row.pk for row in ArmedClock.objects.claim(_DUE, now)
                        )
                    ),
                )
                if len(claimed) != _DUE:
                    raise SystemExit(f"{len(claimed)} clocks were claimed instead of {_DUE}.")
                transaction.savepoint_rollback(point)
            raise _TakenBack
    except _TakenBack:
        return best
