"""A call in the wrong matter: out of it again, and the clocks as if it had never been there."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction

from crm.errors import RuleBroken
from interactions.models import Interaction, Message
from interactions.processes.manage_interaction import take_back
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message
from tests.interactions.factories import a_worker, an_interaction, the_clock
from tests.racing import at_once, somebody_waits_for_a_lock, wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def said(matter: Interaction, **fields: object) -> Message:
    return add_message(
        interaction_id=matter.pk, body="It is fixed.", channel="phone",
        **{"actor": a_worker()} | fields,  # type: ignore[arg-type]  # by name
    )  # fmt: skip


@pytest.mark.req("R-TMI-1", "R-TMI-3")
def test_the_promises_it_stopped_are_owed_again() -> None:
    worker = a_worker()
    matter = an_interaction(ago=timedelta(minutes=1))
    owed = the_clock(matter, "first_response")
    call = said(matter, actor=worker)

    take_back(message_id=call.pk, actor=worker)

    matter.refresh_from_db()
    again = the_clock(matter, "first_response")
    assert (again.state, again.due_at, again.stopped_at) == ("running", owed.due_at, None)
    assert matter.first_response_at is None
    assert matter.messages.count() == 0
    assert rebuild(interaction_id=matter.pk) == []


def test_its_words_and_history_are_kept_out_of_sight() -> None:
    worker = a_worker()
    matter = an_interaction()
    call = said(matter, actor=worker)

    take_back(message_id=call.pk, actor=worker)

    call.refresh_from_db()
    assert call.body == "It is fixed."
    assert call.interaction.removed_at is not None
    assert rebuild(interaction_id=call.interaction_id) == []


def test_an_earlier_reply_still_counts() -> None:
    worker = a_worker()
    matter = an_interaction(ago=timedelta(hours=2))
    first = said(matter, actor=worker, occurred_at=matter.opened_at + timedelta(hours=1))
    call = said(matter, actor=worker)

    take_back(message_id=call.pk, actor=worker)

    matter.refresh_from_db()
    assert matter.first_response_at == first.created_at
    assert the_clock(matter, "first_response").state == "met"


@pytest.mark.parametrize(
    "then", [{"direction": "inbound"}, {"actor": None}], ids=["answered", "a colleague's"]
)
def test_what_others_built_on_or_said_stays(then: dict[str, object]) -> None:
    worker = a_worker()
    matter = an_interaction()
    call = said(matter, actor=worker)
    if "direction" in then:
        said(matter, actor=worker, **then)

    with pytest.raises(RuleBroken):
        take_back(message_id=call.pk, actor=worker if "direction" in then else a_worker())

    call.refresh_from_db()
    assert call.interaction_id == matter.pk


@pytest.mark.django_db(transaction=True)
def test_taken_back_twice_at_the_same_moment_it_is_taken_back_once() -> None:
    worker, matter = a_worker(), an_interaction()
    call = said(matter, actor=worker)

    with transaction.atomic():
        Interaction.objects.lock(matter.pk)
        failed = list[BaseException]()
        second = threading.Thread(
            target=lambda: failed.extend(
                at_once(lambda: take_back(message_id=call.pk, actor=worker))
            )
        )
        second.start()
        wait_until(somebody_waits_for_a_lock)
        take_back(message_id=call.pk, actor=worker)
    second.join()

    assert [type(each) for each in failed] == [Message.DoesNotExist]
    assert matter.events.filter(type="reply_taken_back").count() == 1
