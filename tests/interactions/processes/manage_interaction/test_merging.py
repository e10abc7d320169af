"""Merging and splitting: nothing lost, clocks honest, and both can be taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Hold
from interactions.models import Interaction, Message
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import merge, unmerge
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message, ask_customer
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

HOUR = timedelta(hours=1)


@pytest.fixture
def pair() -> tuple[Interaction, Interaction]:
    customer = a_customer()
    return an_interaction(customer, ago=HOUR), an_interaction(customer, ago=2 * HOUR)


def hear(matter: Interaction, body: str = "And now?", external_id: str = "") -> Message:
    return add_message(
        interaction_id=matter.pk, body=body, direction="inbound", external_id=external_id,
        actor=SYSTEM,
    )  # fmt: skip


@pytest.mark.req("R-TMI-1", "R-TMI-2")
def test_the_source_ends_and_its_clocks_are_not_judged(
    pair: tuple[Interaction, Interaction],
) -> None:
    source, target = pair

    merge(source_id=source.pk, target_id=target.pk, actor=SYSTEM)

    source.refresh_from_db()
    assert (source.status, source.merged_into_id) == ("merged", target.pk)
    assert set(source.clocks.values_list("state", flat=True)) == {"cancelled"}
    assert the_clock(target).state == "running"
    assert target.events.get(type="merged_in").data == {"automatic": True, "source": source.pk}
    assert Hold.objects.filter(released_at=None).count() == 1
    assert rebuild(interaction_id=source.pk) == rebuild(interaction_id=target.pk) == []


def test_what_is_said_in_the_source_afterwards_is_said_in_the_target(
    pair: tuple[Interaction, Interaction],
) -> None:
    source, target = pair
    before = hear(source, external_id="<1@x>")
    merge(source_id=source.pk, target_id=target.pk, actor=SYSTEM)

    after = hear(source, external_id="<2@x>")

    assert after.interaction_id == target.pk
    assert hear(source, external_id="<1@x>") == before


@pytest.mark.req("R-TMI-1")
def test_taken_back_its_clocks_go_on_as_if_they_had_never_stopped(
    pair: tuple[Interaction, Interaction],
) -> None:
    source, target = pair
    due = the_clock(source).due_at
    merge(source_id=source.pk, target_id=target.pk, actor=SYSTEM)

    back = unmerge(source_id=source.pk, actor=SYSTEM)

    assert (back.status, back.merged_into_id, back.closed_at) == ("logged", None, None)
    clock = the_clock(source)
    assert (clock.state, clock.due_at, hasattr(clock, "armed")) == ("running", due, True)
    assert Hold.objects.filter(released_at=None).count() == 2
    assert rebuild(interaction_id=source.pk) == rebuild(interaction_id=target.pk) == []


def test_a_question_stands_again_when_the_merge_is_taken_back(
    pair: tuple[Interaction, Interaction],
) -> None:
    source, target = pair
    request = ask_customer(
        interaction_id=source.pk, question="Which lamp?", due_at=timezone.now() + HOUR,
        on_silence="call", actor=SYSTEM,
    )  # fmt: skip
    merge(source_id=source.pk, target_id=target.pk, actor=SYSTEM)
    request.refresh_from_db()
    assert request.state == "withdrawn"

    back = unmerge(source_id=source.pk, actor=SYSTEM)

    request.refresh_from_db()
    assert (back.status, request.state) == ("waiting_customer", "asked")
    assert the_clock(source).state == "paused"
    assert rebuild(interaction_id=source.pk) == []


def test_two_customers_itself_and_what_has_ended_are_refused() -> None:
    one, other, ended = an_interaction(), an_interaction(), an_interaction()
    complete(interaction_id=ended.pk, outcome="resolved", actor=SYSTEM)

    for source, target, code in (
        (one, other, "another-customer"),
        (one, one, "merged-into-itself"),
        (ended, one, "has-ended"),
        (one, ended, "has-ended"),
    ):
        with pytest.raises(RuleBroken) as refused:
            merge(source_id=source.pk, target_id=target.pk, actor=SYSTEM)
        assert refused.value.code == code
    with pytest.raises(RuleBroken) as refused:
        unmerge(source_id=one.pk, actor=SYSTEM)
    assert refused.value.code == "not-merged"
