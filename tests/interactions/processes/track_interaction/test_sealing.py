"""Seals: what was sealed can't be changed, left out or slipped in without being seen."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pgtrigger
import pytest
from django.db import connection
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import Interaction, InteractionEvent, TimelineSeal
from interactions.processes.track_interaction import (
    audit_sample,
    seal_timelines,
    sealing,
    timeline_is_whole,
)
from interactions.processes.update_interaction import add_message
from tests.interactions.factories import an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

_FREE = ("interactions.InteractionEvent:append_only", "interactions.TimelineSeal:append_only")


def time_goes_by() -> None:
    """Some minutes since everything that is not sealed yet was recorded."""
    with pgtrigger.ignore(*_FREE), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE interactions_interactionevent"
            " SET recorded_at = recorded_at - interval '5 minutes'"
            " WHERE id > coalesce((SELECT max(last_event) FROM interactions_timelineseal), 0)"
        )


def a_sealed_matter() -> Interaction:
    one = an_interaction()
    for body in ("first", "second"):
        add_message(interaction_id=one.pk, body=body, kind="note", actor=SYSTEM)
    time_goes_by()
    seal_timelines(100)
    return one


def events(one: Interaction) -> list[InteractionEvent]:
    return list(one.events.order_by("seq"))


def change(one: Interaction) -> None:
    row = events(one)[1]
    row.data = row.data | {"text": "never said"}
    row.save()


def date_back(one: Interaction) -> None:
    row = events(one)[1]
    row.occurred_at -= timedelta(hours=3)
    row.save()


def leave_out(one: Interaction) -> None:
    events(one)[-1].delete()


def slip_in(one: Interaction) -> None:
    rows = events(one)
    for row in reversed(rows[1:]):
        row.seq += 1
        row.save()
    InteractionEvent.objects.create(
        interaction=one, seq=2, type="agent_reply", occurred_at=timezone.now(), actor_name="Ana"
    )


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of the events that each digest was taken of."""
    seen, digest = list[list[int]](), sealing._digest

    def seen_digest(before: str, rows: Iterable[InteractionEvent]) -> str:
        rows = list(rows)
        seen.append([row.seq for row in rows])
        return digest(before, rows)

    monkeypatch.setattr(sealing, "_digest", seen_digest)
    return seen


def a_long_matter(seals: int) -> Interaction:
    """Three events in its first seal, then two in each."""
    one = a_sealed_matter()
    for number in range(1, seals):
        for body in ("a", "b"):
            add_message(interaction_id=one.pk, body=f"{body}{number}", kind="note", actor=SYSTEM)
        time_goes_by()
        seal_timelines(100)
    return one


def test_a_page_costs_what_it_shows_however_long_the_history(hashed: list[list[int]]) -> None:
    one = a_long_matter(seals=6)
    hashed.clear()

    assert timeline_is_whole(interaction_id=one.pk, after=6, upto=9)

    assert hashed == [[6, 7], [8, 9]]


@pytest.mark.req("R-TMI-2")
@pytest.mark.parametrize(
    ("_case", "number", "page", "whole"),
    [
        ("on the page", 8, (6, 9), False),
        ("sealed with what is on the page", 6, (6, 9), False),
        ("on another page", 2, (6, 9), True),
        ("at the end, asked to the end", 13, (11, None), False),
    ],
)
def test_what_was_taken_out_is_found_out_where_it_was(
    _case: str, number: int, page: tuple[int, int | None], *, whole: bool
) -> None:
    one = a_long_matter(seals=6)

    with pgtrigger.ignore(*_FREE):
        one.events.get(seq=number).delete()

    after, upto = page
    assert timeline_is_whole(interaction_id=one.pk, after=after, upto=upto) is whole
    assert timeline_is_whole(interaction_id=one.pk) is False


def test_what_nobody_sealed_yet_may_have_no_gap_either() -> None:
    one = an_interaction()
    for body in ("first", "second", "third"):
        add_message(interaction_id=one.pk, body=body, kind="note", actor=SYSTEM)
    assert timeline_is_whole(interaction_id=one.pk, after=1)

    with pgtrigger.ignore(*_FREE):
        one.events.get(seq=3).delete()

    assert timeline_is_whole(interaction_id=one.pk, after=1) is False


@pytest.mark.req("R-TMI-2")
@pytest.mark.parametrize("tamper", [change, date_back, leave_out, slip_in])
def test_whoever_gets_past_the_database_is_found_out(
    tamper: Callable[[Interaction], None],
) -> None:
    one, other = a_sealed_matter(), a_sealed_matter()
    assert timeline_is_whole(interaction_id=one.pk)

    with pgtrigger.ignore(*_FREE):
        tamper(one)

    assert timeline_is_whole(interaction_id=one.pk) is False
    assert timeline_is_whole(interaction_id=other.pk)


@pytest.mark.req("R-TMI-2")
def test_each_seal_holds_the_one_before_it() -> None:
    one = a_sealed_matter()
    add_message(interaction_id=one.pk, body="third", kind="note", actor=SYSTEM)
    time_goes_by()
    seal_timelines(100)
    assert timeline_is_whole(interaction_id=one.pk)
    first = TimelineSeal.objects.filter(interaction=one).earliest("last_seq")

    with pgtrigger.ignore(*_FREE):
        first.delete()

    assert timeline_is_whole(interaction_id=one.pk) is False


def test_what_is_fresh_waits_and_what_is_sealed_is_not_sealed_again() -> None:
    an_interaction()

    assert seal_timelines(100) == 0
    time_goes_by()
    assert seal_timelines(100) == 1
    assert seal_timelines(100) == 0


def test_one_that_was_written_out_of_order_is_not_passed_over() -> None:
    younger, older = an_interaction(), an_interaction()
    with pgtrigger.ignore(*_FREE):
        # A long tick dates what it does and writes it at its end, after what others did meanwhile.
        older.events.update(recorded_at=timezone.now() - timedelta(minutes=5))

    assert seal_timelines(100) == 0
    time_goes_by()
    seal_timelines(100)

    sealed = TimelineSeal.objects.values_list("interaction", flat=True)
    assert sorted(sealed) == [younger.pk, older.pk]


def test_batches_end_anywhere_and_the_chain_is_the_same() -> None:
    one, other = an_interaction(), an_interaction()
    for matter in (one, other, one):
        add_message(interaction_id=matter.pk, body="x", kind="note", actor=SYSTEM)
    time_goes_by()

    while seal_timelines(2):
        pass

    assert timeline_is_whole(interaction_id=one.pk)
    assert timeline_is_whole(interaction_id=other.pk)
    assert TimelineSeal.objects.filter(interaction=one).latest("last_seq").last_seq == 3


def test_the_nightly_audit_tells_of_a_broken_seal() -> None:
    one = a_sealed_matter()
    with pgtrigger.ignore(*_FREE):
        change(one)

    assert audit_sample() == 1


def test_the_nightly_audit_goes_on_past_a_matter_that_nobody_can_rebuild() -> None:
    one, other = a_sealed_matter(), a_sealed_matter()
    with pgtrigger.ignore(*_FREE):
        change(other)
    InteractionEvent.objects.create(
        interaction=one, seq=99, type="retargeted", occurred_at=one.opened_at, actor_name="x",
        data={"policy_version": "nobody knows", "mode": "carry"},
    )  # fmt: skip

    assert audit_sample() == 2
