"""Time at a matter: counted to the second nobody could be there any more, and corrected by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import Actor
from crm.errors import RuleBroken
from interactions.governed import kpis
from interactions.models import Interaction, InteractionEvent, Reading
from interactions.processes.close_interaction import complete
from interactions.processes.update_interaction import correct_time_spent, time_spent
from interactions.web.performance_rows import rows
from readiness.registry.measures import measured
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _reading(matter: Interaction, agent: Actor, **fields: Any) -> Reading:
    return Reading.objects.create(interaction=matter, user_id=agent.pk or 0, **fields)


def _signs(*signs: tuple[int, int | None]) -> int:
    """Seconds that count, of signs of life: so many seconds after the first, idle for so long."""
    matter, agent, start = an_interaction(), a_worker(), timezone.now()
    reading = _reading(matter, agent, attended_at=start)
    for after, idle in signs:
        Reading.objects.filter(pk=reading.pk).seen(
            start + timedelta(seconds=after),
            idle=None if idle is None else timedelta(seconds=idle),
        )
    reading.refresh_from_db()
    return round(reading.focus.total_seconds())


@pytest.mark.req("R-TMI-12")
@pytest.mark.parametrize(
    ("_case", "signs", "counted"),
    [
        ("at it all the time", [(15, 0), (30, 2), (45, 1)], 45),
        ("read without a touch for less than two minutes", [(60, 60), (115, 115)], 115),
        ("two minutes count, what comes after does not", [(60, 60), (120, 120), (300, 300)], 120),
        ("idle in the middle of a stretch", [(60, 60), (140, 140), (200, 200)], 120),
        ("back after a break", [(60, 60), (120, 120), (600, 0), (615, 3)], 255),
        ("the page was hidden: no sign for an hour", [(15, 0), (3600, 1)], 135),
        ("a sign that says nothing of use counts nothing", [(15, None), (30, 0), (45, 0)], 15),
        ("signs that come twice count once", [(15, 0), (15, 0), (15, 0)], 15),
    ],
)
def test_how_much_of_the_time_counts(
    _case: str, signs: list[tuple[int, int | None]], counted: int
) -> None:
    assert _signs(*signs) == counted


def test_a_sign_of_life_is_one_statement_and_no_row() -> None:
    matter, agent = an_interaction(), a_worker()
    _reading(matter, agent, attended_at=timezone.now())

    with CaptureQueriesContext(connection) as asked:
        Reading.objects.filter(interaction=matter).seen(timezone.now(), idle=timedelta())

    assert len(asked) == 1
    assert Reading.objects.count() == 1


@pytest.mark.req("R-TMI-12")
def test_a_correction_keeps_what_was_counted_and_the_history_tells_both() -> None:
    matter, agent = an_interaction(), a_worker()
    _reading(matter, agent, focus=timedelta(minutes=7), attended_at=None)

    for minutes in (20, 5):
        correct_time_spent(interaction_id=matter.pk, spent=timedelta(minutes=minutes), actor=agent)

    mine = Reading.objects.get(interaction=matter)
    assert (mine.focus, mine.spent) == (timedelta(minutes=7), timedelta(minutes=5))
    told = InteractionEvent.objects.filter(interaction=matter, type="time_corrected")
    assert [(e.data["counted"], e.data["before"], e.data["spent"]) for e in told] == [
        (420, 420, 1200), (420, 1200, 300),
    ]  # fmt: skip


def test_what_is_counted_after_a_correction_adds_to_it() -> None:
    matter, agent, now = an_interaction(), a_worker(), timezone.now()
    correct_time_spent(interaction_id=matter.pk, spent=timedelta(minutes=5), actor=agent)
    mine = Reading.objects.filter(interaction=matter)
    mine.update(attended_at=now)

    mine.seen(now + timedelta(seconds=60), idle=timedelta())

    assert time_spent(interaction_id=matter.pk, actor=agent) == timedelta(minutes=6)


@pytest.mark.parametrize("spent", [timedelta(seconds=-1), timedelta(days=1, seconds=1)])
def test_no_time_below_nothing_or_beyond_a_day(spent: timedelta) -> None:
    matter, agent = an_interaction(), a_worker()

    with pytest.raises(RuleBroken):
        correct_time_spent(interaction_id=matter.pk, spent=spent, actor=agent)

    assert not Reading.objects.exists()


def test_the_time_of_what_has_ended_stays() -> None:
    matter, agent = an_interaction(), a_worker()
    complete(interaction_id=matter.pk, outcome="resolved", actor=agent)

    with pytest.raises(RuleBroken):
        correct_time_spent(interaction_id=matter.pk, spent=timedelta(minutes=5), actor=agent)


def test_the_database_takes_no_time_below_nothing() -> None:
    matter, agent = an_interaction(), a_worker()

    with pytest.raises(IntegrityError), transaction.atomic():
        _reading(matter, agent, focus=timedelta(minutes=1), correction=timedelta(minutes=-2))


def _done(*minutes: tuple[int, int], channel: str = "email") -> Interaction:
    """Completed after so many minutes counted and corrected of each colleague."""
    matter = an_interaction(channel=channel)
    for counted, corrected in minutes:
        counts = {"focus": timedelta(minutes=counted), "correction": timedelta(minutes=corrected)}
        _reading(matter, a_worker(), **counts)
    complete(interaction_id=matter.pk, outcome="resolved", actor=a_worker())
    return matter


def _row(**scope: Any) -> dict[str, Any]:
    now = timezone.now()
    return measured(
        kpis.HANDLE_TIME_WRITTEN, a=now - timedelta(days=1), b=now + timedelta(days=1), **scope
    )


@pytest.mark.req("R-TMI-3", "R-TMI-12")
def test_handle_time_is_the_time_of_all_colleagues_by_what_was_handled() -> None:
    counted = [_done((4, 0), (2, 1)), _done((10, -5)), _done((0, 6), channel="web")]
    _done()
    _done((30, 0), channel="phone")
    _reading(an_interaction(), a_worker(), focus=timedelta(hours=2))

    row = _row()

    # Seven, five and six minutes; one nobody had open; calls and what is open are not of it.
    assert (row["value"], row["p50"], row["n"], row["excluded"]) == (360, 360, 3, 1)
    assert row["seconds"] == 3 * 360
    assert _row(channel="web")["n"] == 1
    now = timezone.now()
    listed = rows("worked", {}, now - timedelta(days=1), now, now)
    assert sorted(one.pk for one in listed) == sorted(one.pk for one in counted)
