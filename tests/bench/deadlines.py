"""Claiming due clocks: what lies in the tables must not matter, only what is due.

The promise speaks of history. Clocks of the past lie in a table that the scan never reads, so that
they cannot cost it anything; what could are clocks armed for later, in the table it does read.
5,000,000 of those stand for a worse case than 5,000,000 of history.
"""

import os
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tests.bench.ratio import Ratio, spent

_DUE = 1_000
_FEW, _MANY = 50_000, int(os.environ.get("BENCH_ARMED", "5000000"))
_ROUNDS = 15


class _TakenBack(Exception):
    pass


def measure() -> list[Ratio]:
    few, lots = _claim(_FEW), _claim(_MANY)
    return [
        Ratio(
            f"claim {_DUE:,} due clocks among {_MANY:,}, of among {_FEW:,}",
            lots / few,
            1.2,
            False,
            f"{lots * 1000:.1f} ms",
        )
    ]


def _without_pointing(cursor: Any) -> str:
    """What drops the foreign keys of the table: the product's own role may not switch them off."""
    cursor.execute(
        "SELECT string_agg(format('DROP CONSTRAINT %I', conname), ', ') FROM pg_constraint"
        " WHERE conrelid = 'interactions_armedclock'::regclass AND contype = 'f'"
    )
    return str(cursor.fetchone()[0])


def _claim(armed: int) -> float:
    """The quickest of several claims with so many armed clocks, of which a thousand are due."""
    from interactions.models import ArmedClock

    now = timezone.now()
    best = float("inf")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # More than there are clocks, so that they point to none; all is taken back.
            cursor.execute(f"ALTER TABLE interactions_armedclock {_without_pointing(cursor)}")
            # Not deleted: what is left of deleted rows would cost every scan alike.
            cursor.execute("TRUNCATE interactions_armedclock")
            # Due ones scattered over the table, as life leaves them.
            cursor.execute(
                "INSERT INTO interactions_armedclock (clock_id, next_fire_at, stage)"
                " SELECT n, CASE WHEN n %% %s = 0 THEN %s - interval '1 minute' * (n / %s %% 50)"
                " ELSE %s + interval '1 second' * n END, 50"
                " FROM generate_series(0, %s - 1) n",
                [armed // _DUE, now, armed // _DUE, now + timedelta(hours=1), armed],
            )
            cursor.execute("ANALYZE interactions_armedclock")
            for _ in range(_ROUNDS):
                point = transaction.savepoint()
                claimed: list[int] = []
                best = min(
                    best,
                    spent(
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
