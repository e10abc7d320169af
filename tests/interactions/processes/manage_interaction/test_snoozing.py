"""Snoozing and following up: out of sight, back in time, and never by itself forgotten."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import (
    plan_follow_up,
    remind_follow_ups,
    settle_follow_up,
    snooze,
    wake,
    wake_due,
)
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

HOUR = timedelta(hours=1)


@pytest.mark.req("R-TMI-1")
def test_it_wakes_in_time_tells_its_owner_once_and_no_clock_stood_still() -> None:
    worker = a_worker()
    matter = an_interaction(owner_id=worker.pk)
    due = the_clock(matter).due_at
    snooze(interaction_id=matter.pk, until=timezone.now() + HOUR, actor=worker)
    assert wake_due(10, timezone.now()) == 0

    assert wake_due(10, timezone.now() + 2 * HOUR) == 1
    assert wake_due(10, timezone.now() + 2 * HOUR) == 0

    matter.refresh_from_db()
    assert matter.snoozed_until is None
    assert the_clock(matter).due_at == due
    assert AgentNotice.objects.filter(user=worker.pk).count() == 1
    assert rebuild(interaction_id=matter.pk) == []


def test_the_customer_writing_wakes_it_and_machines_do_not() -> None:
    matter = an_interaction()
    snooze(interaction_id=matter.pk, until=timezone.now() + HOUR, actor=SYSTEM)

    for automatic in (True, False):
        add_message(
            interaction_id=matter.pk, body="Hello?", direction="inbound", automatic=automatic,
            actor=SYSTEM,
        )  # fmt: skip
        matter.refresh_from_db()
        assert (matter.snoozed_until is not None) is automatic
    assert rebuild(interaction_id=matter.pk) == []


def test_woken_by_hand_or_completed_it_sleeps_no_more() -> None:
    ends: list[Callable[[int], object]] = [
        lambda pk: wake(interaction_id=pk, actor=SYSTEM),
        lambda pk: complete(interaction_id=pk, outcome="resolved", actor=SYSTEM),
    ]
    for end in ends:
        matter = an_interaction()
        snooze(interaction_id=matter.pk, until=timezone.now() + HOUR, actor=SYSTEM)
        end(matter.pk)
        matter.refresh_from_db()
        assert matter.snoozed_until is None
        assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.parametrize("days", [-1, 91])
def test_it_sleeps_neither_backwards_nor_for_ever(days: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        snooze(
            interaction_id=an_interaction().pk,
            until=timezone.now() + timedelta(days=days),
            actor=SYSTEM,
        )

    assert refused.value.field == "until"


@pytest.mark.req("R-TMI-1")
def test_a_follow_up_is_brought_to_mind_once_and_settled_by_a_person() -> None:
    worker = a_worker()
    matter = an_interaction()
    plan = plan_follow_up(
        interaction_id=matter.pk, kind="call", note="Ring  Idris", due_at=timezone.now() + HOUR,
        actor=worker,
    )  # fmt: skip
    assert (plan.owner_id, plan.note) == (worker.pk, "Ring Idris")

    assert remind_follow_ups(10, timezone.now() + 2 * HOUR) == 1
    assert remind_follow_ups(10, timezone.now() + 2 * HOUR) == 0
    assert AgentNotice.objects.filter(user=worker.pk).count() == 1

    done = settle_follow_up(follow_up_id=plan.pk, actor=worker)
    assert (done.state, done.settled_at is not None) == ("done", True)
    again = settle_follow_up(follow_up_id=plan.pk, state="open", actor=worker)
    assert (again.state, again.settled_at) == ("open", None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "dance"}, "kind"), ({"note": " "}, "note"), ({"hours": -1}, "due_at")],
)
def test_a_follow_up_needs_a_kind_words_and_a_time_to_come(
    changes: dict[str, str | int], field: str
) -> None:
    due_at = timezone.now() + HOUR * int(changes.pop("hours", 1))
    given = {"kind": "call", "note": "Ring"} | changes

    with pytest.raises(RuleBroken) as refused:
        plan_follow_up(
            interaction_id=an_interaction().pk, kind=str(given["kind"]), note=str(given["note"]),
            due_at=due_at, actor=a_worker(),
        )  # fmt: skip

    assert refused.value.field == field
