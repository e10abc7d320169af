"""How long customers wait for further answers and the solution, beside what the timeline says."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from crm.access import SYSTEM, Actor
from interactions.governed import kpis
from interactions.models import Interaction, InteractionEvent
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append
from interactions.processes.update_interaction import add_message
from interactions.web.performance_rows import rows
from readiness.registry.measures import Measure, measured
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

WEEK = timedelta(days=7)


def _row(measure: Measure = kpis.NEXT_RESPONSE, **scope: Any) -> dict[str, Any]:
    now = timezone.now()
    return measured(measure, a=now - WEEK, b=now, **scope)


def _says(matter: Interaction, at: datetime, *, inbound: bool, actor: Actor, **how: Any) -> None:
    add_message(
        interaction_id=matter.pk, body="…", direction="inbound" if inbound else "outbound",
        channel="phone", occurred_at=at, actor=actor, **how,
    )  # fmt: skip


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _waits(matter: Interaction) -> list[float]:
    """From the oldest unanswered message to the next reply, as somebody with a pencil counts."""
    waits, since = [], None
    events = InteractionEvent.objects.filter(interaction=matter).order_by("occurred_at", "seq")
    for event in events:
        if event.data.get("automatic"):
            continue
        at = event.occurred_at.replace(microsecond=0)
        if event.type == "customer_message":
            since = since or at
        elif event.type == "agent_reply" and since:
            waits.append((at - since).total_seconds())
            since = None
    return waits


@pytest.mark.req("R-TMI-5", "R-TMI-12")
def test_next_response_equals_what_a_pencil_counts_from_the_timeline() -> None:
    dice, agent, start = random.Random(11), a_worker(), timezone.now() - timedelta(days=5)
    matters = []
    for number in range(6):
        matter = an_interaction(ago=timedelta(days=5), channel="email" if number % 2 else "web")
        at = start
        for _step in range(6):
            at += timedelta(minutes=dice.randint(1, 300), seconds=dice.randint(0, 59))
            _says(matter, at, inbound=dice.random() < 0.6, actor=agent)
        matters.append(matter)

    waits = [wait for matter in matters for wait in _waits(matter)]
    row = _row()

    assert row["n"] == len(waits) > 5
    assert float(row["value"]) == pytest.approx(_percentile(waits, 0.5))
    assert float(row["p90"]) == pytest.approx(_percentile(waits, 0.9))
    assert float(row["p95"]) == pytest.approx(_percentile(waits, 0.95))
    # The promise of these tests is two hours on a desk that never closes.
    assert float(row["in_time"]) == pytest.approx(sum(w <= 7200 for w in waits) / len(waits))
    assert row["n"] == _row(channel="email")["n"] + _row(channel="web")["n"]


def test_further_messages_of_the_customer_do_not_start_the_wait_again() -> None:
    matter, agent, now = an_interaction(ago=timedelta(hours=9)), a_worker(), timezone.now()
    for hours in (8, 7, 6):
        _says(matter, now - timedelta(hours=hours), inbound=True, actor=agent)
    _says(matter, now - timedelta(hours=5), inbound=False, actor=agent)

    row = _row()

    assert (row["n"], round(row["value"])) == (1, 3 * 3600)


def test_a_question_that_ended_without_a_reply_is_left_out_and_counted_as_that() -> None:
    matter, agent, now = an_interaction(ago=timedelta(hours=9)), a_worker(), timezone.now()
    _says(matter, now - timedelta(hours=8), inbound=True, actor=agent)
    complete(interaction_id=matter.pk, outcome="resolved", actor=agent)

    row = _row()

    assert (row["n"], row["excluded"]) == (0, 1)


def test_what_was_answered_again_can_be_opened() -> None:
    answered, open_still = (an_interaction(ago=timedelta(hours=9)) for _each in range(2))
    agent, now = a_worker(), timezone.now()
    for matter in (answered, open_still):
        _says(matter, now - timedelta(hours=8), inbound=True, actor=agent)
    _says(answered, now - timedelta(hours=7), inbound=False, actor=agent)

    found = rows("answered_again", {}, now - WEEK, now, now)

    assert list(found) == [answered]


def test_an_automatic_answer_is_no_reply() -> None:
    matter, agent, now = an_interaction(ago=timedelta(hours=9)), a_worker(), timezone.now()
    _says(matter, now - timedelta(hours=8), inbound=True, actor=agent)
    _says(matter, now - timedelta(hours=7), inbound=False, actor=SYSTEM)

    assert _row()["n"] == 0


@transaction.atomic
def _happened(matter: Interaction, *, at: datetime, what: str, **data: Any) -> None:
    """Something that is told now and happened then."""
    locked = Interaction.objects.lock(matter.pk)
    append(locked, what, actor=SYSTEM, at=at, **data)
    refold(interaction=locked)


def _solved_twice(hours: tuple[float, ...], **fields: Any) -> Interaction:
    """Opened, solved, reopened and so on, that many hours ago."""
    now = timezone.now()
    matter = an_interaction(ago=timedelta(hours=hours[0]), **fields)
    for number, ago in enumerate(hours[1:]):
        what = "reopened" if number % 2 else "completed"
        _happened(matter, at=now - timedelta(hours=ago), what=what)
    return matter


@pytest.mark.req("R-TMI-7", "R-TMI-12")
def test_the_first_resolve_stands_beside_the_last() -> None:
    _solved_twice((40, 30, 20, 15))
    _solved_twice((50, 44), channel="web")

    last, first = _row(kpis.RESOLUTION), _row(kpis.RESOLUTION_FIRST)

    # Ten hours and five more; six. In between nobody owed anything.
    assert (last["n"], round(last["value"] / 360)) == (2, 105)
    assert (first["n"], round(first["value"] / 360), first["ran_again"]) == (2, 80, 1)
    assert round(_row(kpis.RESOLUTION_FIRST, channel="web")["value"] / 3600) == 6


def test_what_was_reopened_and_is_open_was_first_resolved_all_the_same() -> None:
    _solved_twice((40, 30, 20))

    assert (_row(kpis.RESOLUTION)["n"], _row(kpis.RESOLUTION_FIRST)["n"]) == (0, 1)


def test_a_resolve_taken_back_as_a_mistake_was_none() -> None:
    matter, now = _solved_twice((40, 30)), timezone.now()
    _happened(matter, at=now - timedelta(hours=29), what="reopened", undone=True)
    _happened(matter, at=now - timedelta(hours=20), what="completed")

    first = _row(kpis.RESOLUTION_FIRST)

    assert (first["n"], round(first["value"] / 3600), first["ran_again"]) == (1, 19, 0)


def _worked(matter: Interaction, now: datetime) -> tuple[float, bool] | None:
    """Seconds it was open and waited for nobody, and whether it ended; from its events alone."""
    total, since, waits = 0.0, None, False
    ended = False
    for event in InteractionEvent.objects.filter(interaction=matter).order_by("occurred_at", "seq"):
        at = event.occurred_at.replace(microsecond=0)
        if event.type == "cancelled":
            return None
        if since is not None and event.type in {"pause", "completed"}:
            total, since = total + (at - since).total_seconds(), None
        if event.type in {"opened", "resume", "reopened"}:
            since = at
        ended = (ended and event.type != "reopened") or event.type == "completed"
        waits = event.type == "pause"
    assert waits or ended or since is not None
    return total + ((now - since).total_seconds() if since else 0), ended


@pytest.mark.req("R-TMI-7", "R-TMI-12")
def test_the_median_with_open_ones_equals_one_counted_by_hand() -> None:
    dice, now = random.Random(4), timezone.now().replace(microsecond=0)
    matters = []
    for number in range(24):
        opened = dice.randint(20, 100)
        channel = "web" if number % 3 else "email"
        matter = an_interaction(ago=timedelta(hours=opened), channel=channel)
        at = now - timedelta(hours=opened)
        for what in dice.choice(
            [[], ["completed"], ["completed"], ["pause"], ["pause", "resume", "completed"],
             ["completed", "reopened"], ["completed", "reopened", "completed"], ["cancelled"]]
        ):  # fmt: skip
            at += timedelta(minutes=dice.randint(10, 380))
            about = {"pause_id": "1", "reason_class": "waiting_customer"}
            _happened(matter, at=at, what=what, **about if what in {"pause", "resume"} else {})
        matters.append(matter)

    for scope in ({}, {"channel": "web"}):
        row = _row(kpis.RESOLUTION_ALL, **scope)
        told = [_worked(one, now) for one in matters if not scope or one.channel == "web"]
        seen = [one for one in told if one is not None]
        steps, share = [], 1.0
        for time in sorted({worked for worked, ended in seen if ended}):
            ends = sum(ended and worked == time for worked, ended in seen)
            share *= 1 - ends / sum(worked >= time for worked, _ended in seen)
            steps.append((time, share))

        assert (row["n"], row["excluded"]) == (len(seen), len(told) - len(seen))
        assert row["censored"] == sum(not ended for _worked, ended in seen) > 0
        assert row["value"] == next(at for at, left in steps if left <= 0.5)
        for at, left in json.loads(row["by_time"]):
            passed = [share for time, share in steps if time <= at]
            assert left == pytest.approx(passed[-1] if passed else 1, abs=1e-5)


def test_an_overdue_matter_counts_with_all_the_time_it_has_taken() -> None:
    an_interaction(ago=timedelta(hours=30))

    row = _row(kpis.RESOLUTION_ALL)

    assert (row["n"], row["censored"], row["value"]) == (1, 1, None)
    assert round(row["followed"] / 3600) == 30


def test_reopening_counts_within_seven_days_of_the_first_resolve() -> None:
    # Solved; reopened an hour later; reopened nine days later; never solved.
    _solved_twice((20 * 24, 19 * 24))
    _solved_twice((20 * 24, 19 * 24, 19 * 24 - 1))
    _solved_twice((20 * 24, 19 * 24, 10 * 24))
    an_interaction(ago=timedelta(days=20))
    now = timezone.now()
    window = (now - timedelta(days=25), now - timedelta(days=15))

    row = measured(kpis.REOPENED_SOON, a=window[0], b=window[1])

    assert (row["part"], row["n"], row["excluded"]) == (1, 3, 0)
    assert rows("reopened_soon", {}, *window, now).count() == 1


@pytest.mark.req("R-TMI-5")
def test_the_share_in_time_is_told_of_each_promise_by_itself() -> None:
    _solved_twice((40, 39))
    _solved_twice((40, 20))

    row = _row(kpis.IN_TIME)

    by_target = json.loads(row["by_target"])
    assert by_target["resolution"] == {"n": 2, "part": 1}
    assert sum(one["n"] for one in by_target.values()) == row["n"]
    assert sum(one["part"] for one in by_target.values()) == row["part"]
