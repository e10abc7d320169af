"""Splitting: some messages become a matter of their own, and can come back."""

from datetime import timedelta

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.models import Interaction, Message
from interactions.processes.manage_interaction import split, undo_split
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

HOUR = timedelta(hours=1)


@pytest.fixture
def matter() -> Interaction:
    return an_interaction(ago=5 * HOUR)


def hear(matter: Interaction, body: str, ago: timedelta, external_id: str = "") -> Message:
    return add_message(
        interaction_id=matter.pk, body=body, direction="inbound",
        occurred_at=matter.opened_at + 5 * HOUR - ago, external_id=external_id, actor=SYSTEM,
    )  # fmt: skip


@pytest.mark.req("R-TMI-1")
def test_the_new_matter_is_promised_from_its_first_message_on(matter: Interaction) -> None:
    bill = hear(matter, "And my bill is wrong.", 2 * HOUR, "<bill@x>")
    add_message(interaction_id=matter.pk, body="I look.", channel="phone", actor=a_worker())
    reply = matter.messages.get(body="I look.")
    before = the_clock(matter, "next_response")

    new = split(
        interaction_id=matter.pk, message_ids=[bill.pk, reply.pk], subject="Bill is wrong",
        reason_key="charge-disputed", actor=a_worker(),
    )  # fmt: skip

    assert (new.customer_id, new.subject, new.opened_at) == (
        matter.customer_id, "Bill is wrong", bill.created_at,
    )  # fmt: skip
    assert set(new.messages.all()) == {bill, reply}
    answered = the_clock(new, "first_response").stopped_at
    assert answered == reply.created_at.replace(microsecond=0)
    assert new.links.get().other_id == matter.pk
    after = the_clock(matter, "next_response")
    assert (after.state, after.due_at) == (before.state, before.due_at)
    assert rebuild(interaction_id=new.pk) == rebuild(interaction_id=matter.pk) == []
    assert hear(matter, "And my bill is wrong.", 2 * HOUR, "<bill@x>") == bill


def test_taken_back_everything_said_there_comes_home(matter: Interaction) -> None:
    bill = hear(matter, "And my bill is wrong.", 2 * HOUR)
    new = split(interaction_id=matter.pk, message_ids=[bill.pk], subject="Bill", actor=SYSTEM)
    later = add_message(interaction_id=new.pk, body="Well?", direction="inbound", actor=SYSTEM)

    undo_split(interaction_id=new.pk, actor=SYSTEM)

    new.refresh_from_db()
    assert (new.status, new.messages.count()) == ("cancelled", 0)
    assert set(matter.messages.all()) == {bill, later}
    assert rebuild(interaction_id=new.pk) == rebuild(interaction_id=matter.pk) == []


def test_only_messages_of_this_matter_can_be_chosen(matter: Interaction) -> None:
    other = hear(an_interaction(), "x", HOUR)

    for chosen in ([], [other.pk]):
        with pytest.raises(RuleBroken) as refused:
            split(interaction_id=matter.pk, message_ids=chosen, subject="x", actor=SYSTEM)
        assert refused.value.code == "nothing-chosen"
    with pytest.raises(RuleBroken):
        undo_split(interaction_id=matter.pk, actor=SYSTEM)
