"""Who takes part in a matter: by hand or by a partner's document, heard there, and in copy."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.processes.deduplicate import merge_parties, unmerge_parties
from interactions.channels import email
from interactions.models import Interaction, Message, Participant
from interactions.processes.close_interaction import complete
from interactions.processes.keep_participants import (
    AT_MOST,
    add_participant,
    bring_back_participant,
    has_a_part,
    note_given,
    remove_participant,
)
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message
from tests.customers.factories import a_customer, a_medium, a_party, an_agent
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

ANA = "ana@example.org"


def types(matter: Interaction) -> list[str]:
    """What happened since it was logged, with the store as the events say."""
    assert rebuild(interaction_id=matter.pk) == []
    return list(matter.events.order_by("seq").values_list("type", flat=True))[1:]


@pytest.mark.req("R-TMI-3")
def test_somebody_takes_part_once_and_no_more_until_brought_back() -> None:
    worker, matter = a_worker(), an_interaction()

    ana = add_participant(
        interaction_id=matter.pk, name="Ana", address=" Ana@Example.org ", actor=worker
    )
    again = add_participant(interaction_id=matter.pk, address=ANA, actor=worker)
    assert ana == again
    assert has_a_part(matter, ANA.upper())
    remove_participant(participant_id=ana.pk, actor=worker)
    remove_participant(participant_id=ana.pk, actor=worker)
    assert not has_a_part(matter, ANA)
    bring_back_participant(participant_id=ana.pk, actor=worker)

    assert has_a_part(matter, ANA)
    assert types(matter) == ["participant_added", "participant_removed", "participant_added"]


def test_the_timeline_names_no_person() -> None:
    matter = an_interaction()
    add_participant(interaction_id=matter.pk, name="Ana", address=ANA, actor=a_worker())

    said = str(matter.events.get(type="participant_added").data)

    assert "contact" in said
    assert "ana" not in said.lower()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "Ana", "address": "ana@"},
        {"name": "Ana", "address": "nowhere"},
        {"name": "Ana", "role": "king"},
        {"name": "Ana", "copied": True},
        {"name": "Ana", "address": "+44 20 7946 0001", "copied": True},
    ],
)
def test_nobody_in_particular_is_refused(wrong: dict[str, Any]) -> None:
    matter = an_interaction()

    with pytest.raises(RuleBroken):
        add_participant(interaction_id=matter.pk, actor=a_worker(), **wrong)

    assert types(matter) == []


def test_a_number_is_kept_as_numbers_are_compared() -> None:
    matter = an_interaction()

    found = add_participant(interaction_id=matter.pk, address="+44 20 7946 0001", actor=a_worker())

    assert found.address == "+442079460001"


@pytest.mark.req("R-TMI-3")
def test_a_person_in_copy_gets_our_replies_and_nothing_automatic() -> None:
    worker, matter = a_worker(), an_interaction(a_customer(email="priya@example.org"))
    add_participant(interaction_id=matter.pk, address=ANA, copied=True, actor=worker)
    add_participant(interaction_id=matter.pk, address="b@example.org", actor=worker)
    reply = add_message(interaction_id=matter.pk, body="We look into it.", actor=worker)
    machine = add_message(
        interaction_id=matter.pk, body="We are closed.", automatic=True, actor=worker
    )

    assert email.compose(reply, {}).cc == [ANA]
    assert email.compose(machine, {}).cc == []
    note = Message(interaction=matter, kind=Message.Kind.NOTE, recipient="x@example.org")
    assert email.compose(note, {}).cc == []


@pytest.mark.req("R-TMI-3")
def test_a_party_that_a_document_names_takes_part_by_its_own_addresses() -> None:
    party, matter = a_party(), an_interaction()
    a_medium(party, "email", ANA)
    assert matter.customer is not None
    related = [
        {"id": str(party.public_id), "role": "onBehalfOf"},
        {"id": str(matter.customer.party and matter.customer.party.public_id), "role": "contact"},
        {"id": "x-17", "role": "agent"},
    ]

    for _again in range(2):
        note_given(interaction_id=matter.pk, related=related, actor=a_worker())

    found = Participant.objects.get()
    assert (found.party, found.role, found.given) == (party, "onBehalfOf", True)
    assert has_a_part(matter, ANA)
    assert types(matter) == ["participant_added"]


@pytest.mark.req("R-TMI-3")
def test_a_merged_party_is_heard_as_the_one_that_answers_for_it_until_the_merge_is_undone() -> None:
    party, twin, matter = a_party(), a_party(), an_interaction()
    a_medium(twin, "email", ANA)
    related = [{"id": str(party.public_id), "role": "contact"}]
    note_given(interaction_id=matter.pk, related=related, actor=a_worker())

    merge = merge_parties(survivor_id=twin.pk, merged_id=party.pk, actor=SYSTEM)
    assert has_a_part(matter, ANA)

    unmerge_parties(merge_id=merge.pk, actor=SYSTEM)
    assert not has_a_part(matter, ANA)
    assert Participant.objects.get().party == party


def test_whom_the_document_names_no_longer_is_not_heard_any_more() -> None:
    matter, worker = an_interaction(), a_worker()
    parties = [a_party(), a_party()]
    related = [{"id": str(party.public_id), "role": "contact"} for party in parties]
    by_hand = add_participant(interaction_id=matter.pk, address=ANA, actor=worker)
    note_given(interaction_id=matter.pk, related=related, actor=worker)

    note_given(interaction_id=matter.pk, related=related[:1], actor=worker)

    there = matter.participants.taking_part()
    assert set(there.values_list("party", flat=True)) == {None, parties[0].pk}
    assert by_hand in there
    assert types(matter)[-1] == "participant_removed"


def test_whom_the_document_named_again_is_not_brought_back_beside_themselves() -> None:
    party, matter, worker = a_party(), an_interaction(), a_worker()
    related = [{"id": str(party.public_id), "role": "contact"}]
    note_given(interaction_id=matter.pk, related=related, actor=worker)
    first = Participant.objects.get()
    remove_participant(participant_id=first.pk, actor=worker)
    note_given(interaction_id=matter.pk, related=related, actor=worker)

    bring_back_participant(participant_id=first.pk, actor=worker)

    assert matter.participants.taking_part().get() != first


def test_who_may_not_work_on_it_changes_nobody_and_what_has_ended_takes_nobody() -> None:
    matter = an_interaction()
    ana = add_participant(interaction_id=matter.pk, address=ANA, actor=SYSTEM)

    with pytest.raises(PermissionDenied):
        add_participant(interaction_id=matter.pk, name="B", actor=an_agent())
    for step in (remove_participant, bring_back_participant):
        with pytest.raises(PermissionDenied):
            step(participant_id=ana.pk, actor=an_agent())
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    with pytest.raises(RuleBroken):
        add_participant(interaction_id=matter.pk, name="B", actor=SYSTEM)


def test_a_crowd_is_refused() -> None:
    matter = an_interaction()
    for n in range(AT_MOST):
        add_participant(interaction_id=matter.pk, name=f"P {n}", actor=SYSTEM)

    with pytest.raises(RuleBroken):
        add_participant(interaction_id=matter.pk, name="One more", actor=SYSTEM)
    gone = matter.participants.all()[0]
    remove_participant(participant_id=gone.pk, actor=SYSTEM)
    add_participant(interaction_id=matter.pk, name="One more", actor=SYSTEM)
    with pytest.raises(RuleBroken):
        bring_back_participant(participant_id=gone.pk, actor=SYSTEM)
