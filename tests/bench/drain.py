"""Clocks that fall due all at once: how many a minute one worker acts on, each notice once.

BENCH_DUE matters are laid on top of the base; the promise speaks of 50,000 clocks. What counts is
what the worker and its session compute, as a machine of their own would give them; the note says
what the wall said.
"""

import os
import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from tests.bench.ratio import Ratio, session_seconds

MATTERS = int(os.environ.get("BENCH_DUE", "3000"))
_BATCH = 200
_A_MINUTE = 5_000


def measure() -> list[Ratio]:
    from interactions.models import ArmedClock, Commitment, Message, StageNotice
    from interactions.processes.track_interaction import fire_due

    first = _overdue_matters()
    now, passed_by = timezone.now(), set[int]()
    fire_due(_BATCH, now, passed_by=passed_by)
    due = ArmedClock.objects.filter(next_fire_at__lte=now).count()
    started, computed = time.perf_counter(), time.process_time() + session_seconds()
    while fire_due(_BATCH, now, passed_by=passed_by):
        pass
    taken = time.perf_counter() - started
    computed = time.process_time() + session_seconds() - computed
    promised = Commitment.objects.filter(clock__interaction__gte=first, number__gt=1)
    told = Message.objects.filter(interaction__gte=first, kind="notice")
    if promised.exclude(notice=None).count() != told.count() or passed_by:
        raise SystemExit(f"{promised.count()} promises, but {told.count()} notices.")
    if ArmedClock.objects.filter(next_fire_at__lte=now).exists():
        raise SystemExit("Some clocks are due still.")
    stages = StageNotice.objects.filter(clock__interaction__gte=first, fired_at__gte=now)
    note = (
        f"{due:,} clocks, {stages.count():,} stages, {told.count():,} notices in {taken:.1f} s,"
        f" {due / taken * 60:,.0f} a minute by the wall"
    )
    return [
        Ratio(
            "clocks due at once, a minute of computing and worker",
            due / computed * 60,
            _A_MINUTE,
            True,
            note,
        )
    ]


def _overdue_matters() -> int:
    """Open matters as two days without any tick leave them; answers with the first one's id."""
    from crm.generation import Wanted
    from interactions.generation.fill import fill_interactions
    from interactions.models import Interaction

    latest = Interaction.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    then = timezone.now() - timedelta(days=2)
    wanted = Wanted(customers=0, interactions=MATTERS, open=MATTERS, seed=2, now=then)
    fill_interactions(wanted, lambda _title, _done, _total: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return latest + 1
