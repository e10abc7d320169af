"""Finishing: done, told, closed, and taken up again while the window is open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.insight.processes.gather_information import propose_fact, reject_fact
from customers.models import Hold
from interactions.models import Interaction, ResponseRequest
from interactions.processes.close_interaction import cancel, close, complete, reopen
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import answer_received, ask_customer
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_source
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain(plain: None) -> None:
    """Promises that can be reckoned in the head."""


@pytest.fixture
def matter() -> Interaction:
    return an_interaction(a_customer(email="priya@example.org"))


def done(matter: Interaction) -> Interaction:
    return complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)


@pytest.mark.req("R-TMI-7", "R-TMI-8")
def test_completed_and_closed_are_two_steps_with_their_own_times(matter: Interaction) -> None:
    done(matter)
    closed = close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)

    assert (closed.status, closed.outcome, closed.customer_informed) == (
        "closed",
        "resolved",
        "phone",
    )
    assert closed.completed_at is not None
    assert closed.closed_at is not None
    assert closed.completed_at <= closed.closed_at
    assert the_clock(matter).state == "met"
    assert rebuild(interaction_id=matter.pk) == []


def test_the_customer_is_held_until_it_is_closed(matter: Interaction) -> None:
    done(matter)
    assert Hold.objects.filter(released_at=None).count() == 1

    close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)
    assert Hold.objects.filter(released_at=None).count() == 0

    reopen(interaction_id=matter.pk, reason="again", actor=SYSTEM)
    assert Hold.objects.filter(released_at=None).count() == 1


def test_doing_it_twice_is_doing_it_once(matter: Interaction) -> None:
    for _ in range(2):
        done(matter)
    for _ in range(2):
        close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)

    assert list(matter.events.order_by("seq").values_list("type", flat=True)) == [
        "opened",
        "completed",
        "closed",
    ]
    assert OutboxEvent.objects.filter(name="interaction.status_changed").count() == 2


@pytest.mark.parametrize("outcome", ["", "splendid"])
def test_it_is_not_done_without_a_known_outcome(matter: Interaction, outcome: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        complete(interaction_id=matter.pk, outcome=outcome, actor=SYSTEM)

    assert (refused.value.code, refused.value.field) == ("outcome-missing", "outcome")


@pytest.mark.req("R-TMI-8")
def test_it_is_not_closed_before_it_is_done(matter: Interaction) -> None:
    with pytest.raises(RuleBroken) as refused:
        close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)

    assert refused.value.code == "not-completed"


@pytest.mark.req("R-TMI-8")
def test_it_is_not_closed_before_the_customer_knows(matter: Interaction) -> None:
    done(matter)

    with pytest.raises(RuleBroken) as refused:
        close(interaction_id=matter.pk, informed_by="", actor=SYSTEM)
    assert refused.value.code == "customer-not-informed"

    closed = close(interaction_id=matter.pk, informed_by="impossible", actor=SYSTEM)
    assert closed.customer_informed == "impossible"


@pytest.mark.req("R-TMI-11", "R-BCI-6")
def test_open_questions_and_undecided_facts_are_named_together(matter: Interaction) -> None:
    ask_customer(
        interaction_id=matter.pk,
        question="Which lamp?",
        due_at=timezone.now() + timedelta(days=1),
        on_silence="call",
        actor=SYSTEM,
    )
    source = a_source("call")
    fact = propose_fact(
        customer_id=matter.customer_id or 0,
        key="usage.home-office",
        value=True,
        source_key=source.key,
        interaction=matter.public_id,
        actor=SYSTEM,
    )
    done(matter)

    with pytest.raises(RuleBroken) as refused:
        close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)
    assert refused.value.details == {"questions": 1, "facts": 1}

    answer_received(interaction_id=matter.pk, actor=SYSTEM)
    reject_fact(fact_id=fact.pk, actor=SYSTEM)
    assert close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM).status == "closed"


@pytest.mark.req("R-TMI-8")
def test_taken_up_again_it_keeps_its_id_counts_and_owes_the_same_promise(
    matter: Interaction,
) -> None:
    done(matter)
    close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)

    again = reopen(interaction_id=matter.pk, reason="Still slow", actor=a_worker())

    assert (again.pk, again.status, again.reopened) == (matter.pk, "in_progress", 1)
    assert (again.completed_at, again.closed_at, again.outcome) == (None, None, "")
    clock = the_clock(matter)
    assert (clock.state, clock.stopped_at) == ("running", None)
    assert hasattr(clock, "armed")
    assert clock.commitments.get().outcome == "open"
    assert rebuild(interaction_id=matter.pk) == []


def test_after_the_window_a_new_one_is_logged_instead(matter: Interaction) -> None:
    done(matter)
    Interaction.objects.filter(pk=matter.pk).update(
        completed_at=timezone.now() - timedelta(days=31)
    )

    with pytest.raises(RuleBroken) as refused:
        reopen(interaction_id=matter.pk, reason="again", actor=SYSTEM)

    assert refused.value.code == "reopen-window-over"


def test_what_has_not_ended_is_not_reopened(matter: Interaction) -> None:
    with pytest.raises(RuleBroken) as refused:
        reopen(interaction_id=matter.pk, reason="again", actor=SYSTEM)

    assert refused.value.code == "not-ended"


def test_a_cancelled_one_is_not_judged(matter: Interaction) -> None:
    ask_customer(
        interaction_id=matter.pk,
        question="Which lamp?",
        due_at=timezone.now() + timedelta(days=1),
        on_silence="call",
        actor=SYSTEM,
    )
    cancel(interaction_id=matter.pk, reason="spam", actor=SYSTEM)

    assert set(matter.clocks.values_list("state", flat=True)) == {"cancelled"}
    assert ResponseRequest.objects.get().state == "withdrawn"
    assert OutboxEvent.objects.filter(name__in=["sla.met", "sla.breached"]).exists() is False
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-5", "R-TMI-8")
def test_who_is_told_in_closing_has_had_their_first_reply(matter: Interaction) -> None:
    done(matter)
    assert the_clock(matter, "first_response").stopped_at is None

    closed = close(interaction_id=matter.pk, informed_by="phone", actor=a_worker())

    clock = the_clock(matter, "first_response")
    assert (clock.state, clock.stopped_at) == ("met", closed.closed_at.replace(microsecond=0))  # type: ignore[union-attr]  # closed means dated
    assert closed.first_response_at == closed.closed_at
    assert rebuild(interaction_id=matter.pk) == []


@pytest.mark.req("R-TMI-8")
def test_a_matter_nobody_could_be_told_of_met_no_promise_to_reply(matter: Interaction) -> None:
    done(matter)

    closed = close(interaction_id=matter.pk, informed_by="impossible", actor=a_worker())

    clock = the_clock(matter, "first_response")
    assert (clock.state, clock.cancelled_at) == ("cancelled", clock.stopped_at)
    assert closed.first_response_at is None
    assert OutboxEvent.objects.filter(name="sla.met").count() == 1
    assert rebuild(interaction_id=matter.pk) == []


def test_a_closing_that_was_a_mistake_told_nobody(matter: Interaction) -> None:
    done(matter)
    close(interaction_id=matter.pk, informed_by="phone", actor=a_worker())

    reopen(interaction_id=matter.pk, reason="mistake", undone=True, actor=a_worker())

    assert the_clock(matter, "first_response").stopped_at is None
    assert rebuild(interaction_id=matter.pk) == []
