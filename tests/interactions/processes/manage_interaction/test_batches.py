"""Steps on a selection, escalation, transfers, links: each on the timeline, each taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from interactions.models import Interaction
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import (
    assign_many,
    calm,
    escalate,
    link,
    snooze_many,
    transfer_many,
    undo_batch,
    unlink,
)
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import transfer
from tests.customers.factories import a_team, a_user
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def fresh(matter: Interaction) -> Interaction:
    matter.refresh_from_db()
    assert rebuild(interaction_id=matter.pk) == []
    return matter


@pytest.mark.req("R-TMI-1")
def test_a_batch_hands_over_what_it_can_names_what_it_could_not_and_is_taken_back() -> None:
    worker, priya = a_worker(), a_worker()
    one, other, done = an_interaction(owner_id=priya.pk), an_interaction(), an_interaction()
    complete(interaction_id=done.pk, outcome="resolved", actor=SYSTEM)

    batch = assign_many(
        interaction_ids=[one.pk, other.pk, done.pk, 10**9], owner_id=worker.pk, actor=worker
    )

    assert [row["id"] for row in batch.changed] == [one.pk, other.pk]
    assert {row["code"] for row in batch.refused} == {"has-ended", "not-found"}
    assert fresh(one).owner_id == fresh(other).owner_id == worker.pk

    undo_batch(batch_id=batch.pk, actor=worker)
    undo_batch(batch_id=batch.pk, actor=worker)
    assert (fresh(one).owner_id, fresh(other).owner_id) == (priya.pk, None)
    with pytest.raises(PermissionDenied):
        undo_batch(batch_id=batch.pk, actor=priya)


def test_snoozing_and_transferring_many_are_taken_back_too() -> None:
    worker, team = a_worker(), a_team()
    matter = an_interaction(owner_id=worker.pk)

    slept = snooze_many(
        interaction_ids=[matter.pk], until=timezone.now() + timedelta(hours=1), actor=worker
    )
    assert fresh(matter).snoozed_until is not None
    undo_batch(batch_id=slept.pk, actor=worker)
    assert fresh(matter).snoozed_until is None

    moved = transfer_many(interaction_ids=[matter.pk], team_id=team.pk, actor=worker)
    assert (fresh(matter).team_id, matter.owner_id) == (team.pk, None)
    undo_batch(batch_id=moved.pk, actor=worker)
    assert (fresh(matter).team_id, matter.owner_id) == (None, worker.pk)


def test_a_batch_of_nothing_or_of_far_too_much_is_refused() -> None:
    for chosen in ([], list(range(201))):
        with pytest.raises(RuleBroken):
            assign_many(interaction_ids=chosen, owner_id=None, actor=a_worker())


@pytest.mark.req("R-TMI-1")
def test_a_transfer_goes_to_the_teams_queue_and_changes_no_promise() -> None:
    team, worker = a_team(), a_worker()
    matter = an_interaction(owner_id=worker.pk)
    due = the_clock(matter).due_at

    transfer(interaction_id=matter.pk, team_id=team.pk, reason="Repair", actor=worker)

    assert (fresh(matter).team_id, matter.owner_id) == (team.pk, None)
    assert the_clock(matter).due_at == due
    with pytest.raises(RuleBroken) as refused:
        transfer(interaction_id=matter.pk, team_id=10**6, actor=worker)
    assert refused.value.code == "unknown-team"


@pytest.mark.req("R-TMI-1")
def test_escalating_calls_those_who_lead_each_time_somebody_calls() -> None:
    lead = a_user(role="team-lead")
    matter = an_interaction()

    for _ in range(2):
        escalate(interaction_id=matter.pk, reason="The part is lost", actor=a_worker())

    assert fresh(matter).escalation == 2
    assert AgentNotice.objects.filter(user=lead).count() == 2
    assert calm(interaction_id=matter.pk, actor=SYSTEM).escalation == 0
    with pytest.raises(RuleBroken):
        escalate(interaction_id=matter.pk, reason=" ", actor=SYSTEM)


@pytest.mark.req("R-TMI-2")
def test_a_link_is_made_once_and_taken_back_with_its_history() -> None:
    one, other = an_interaction(), an_interaction()

    first = link(interaction_id=one.pk, other_id=other.pk, kind="caused_by", actor=SYSTEM)
    again = link(interaction_id=one.pk, other_id=other.pk, kind="caused_by", actor=SYSTEM)
    unlink(link_id=first.pk, actor=SYSTEM)
    unlink(link_id=first.pk, actor=SYSTEM)

    assert first == again
    assert list(one.events.order_by("seq").values_list("type", flat=True)) == [
        "opened", "linked", "unlinked",
    ]  # fmt: skip
    for kind, pk in (("related", one.pk), ("dance", other.pk)):
        with pytest.raises(RuleBroken):
            link(interaction_id=one.pk, other_id=pk, kind=kind, actor=SYSTEM)


def test_taking_a_batch_back_leaves_alone_what_has_moved_on_meanwhile() -> None:
    worker, priya = a_worker(), a_worker()
    kept, moved = an_interaction(), an_interaction()
    batch = assign_many(interaction_ids=[kept.pk, moved.pk], owner_id=worker.pk, actor=worker)
    assign_many(interaction_ids=[moved.pk], owner_id=priya.pk, actor=worker)

    undo_batch(batch_id=batch.pk, actor=worker)

    assert (fresh(kept).owner_id, fresh(moved).owner_id) == (None, priya.pk)
