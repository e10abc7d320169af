"""Closing by policy: after the window, with proof that the customer knows, and never before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.web.models import AgentNotice
from customers.insight.processes.gather_information import propose_fact
from customers.models import Hold
from interactions.models import Interaction, Message
from interactions.processes.close_interaction import cancel, close_by_policy, complete
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import add_message, ask_customer, remove
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_source
from tests.interactions.factories import a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

WINDOW = timedelta(days=3, minutes=1)


def done(email: str = "") -> Interaction:
    matter = an_interaction(a_customer(email=email))
    return complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)


def later() -> int:
    return close_by_policy(100, timezone.now() + WINDOW).closed


def arrive(matter: Interaction) -> None:
    Message.objects.filter(interaction=matter, state="queued").update(
        state="sent", sent_at=timezone.now()
    )


@pytest.mark.req("R-TMI-7", "R-TMI-8")
def test_the_customer_is_told_and_then_it_is_closed() -> None:
    matter = done(email="priya@example.org")

    assert later() == 0
    told = matter.messages.get()
    assert (told.kind, told.recipient) == ("notice", "priya@example.org")

    arrive(matter)
    assert later() == 1
    matter.refresh_from_db()
    assert (matter.status, matter.customer_informed) == ("closed", "email")
    assert matter.events.get(type="closed").data["because"] == f"message {told.public_id}"
    assert rebuild(interaction_id=matter.pk) == []
    assert later() == 0


@pytest.mark.req("R-TMI-8")
def test_before_the_window_is_over_nothing_happens() -> None:
    matter = done(email="priya@example.org")

    assert close_by_policy(100, timezone.now() + timedelta(days=2)).closed == 0

    assert matter.messages.exists() is False


def test_what_nobody_can_be_told_is_closed_as_that() -> None:
    matter = done()

    assert later() == 1

    matter.refresh_from_db()
    assert matter.customer_informed == "impossible"
    assert Hold.objects.filter(released_at=None).exists() is False


def test_what_a_person_said_on_the_phone_is_proof_where_nobody_may_write() -> None:
    matter = an_interaction(a_customer(), channel="phone")
    add_message(interaction_id=matter.pk, body="All mended.", actor=a_worker())
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert later() == 1

    matter.refresh_from_db()
    assert matter.customer_informed == "phone"


@pytest.mark.req("R-TMI-11")
def test_an_open_question_is_waited_for() -> None:
    matter = an_interaction(a_customer())
    ask_customer(
        interaction_id=matter.pk, question="Which lamp?",
        due_at=timezone.now() + timedelta(days=9), on_silence="call", actor=SYSTEM,
    )  # fmt: skip
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert later() == 0


@pytest.mark.req("R-BCI-6")
def test_facts_to_decide_keep_it_open_and_the_owner_hears_once() -> None:
    worker = a_worker()
    matter = an_interaction(a_customer(), owner_id=worker.pk)
    propose_fact(
        customer_id=matter.customer_id or 0, key="usage.home-office", value=True,
        source_key=a_source("call").key, interaction=matter.public_id, actor=SYSTEM,
    )  # fmt: skip
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    assert (later(), later()) == (0, 0)

    assert AgentNotice.objects.filter(user=worker.pk).count() == 1


def test_a_run_goes_through_all_of_them_page_by_page() -> None:
    for _ in range(3):
        done()
    now = timezone.now() + WINDOW

    first = close_by_policy(2, now)
    second = close_by_policy(2, now, after=first.after)

    assert (first.closed, second.closed) == (2, 1)
    assert close_by_policy(2, now, after=second.after).seen == 0


@pytest.mark.req("R-TMI-1")
def test_what_is_cancelled_or_taken_back_is_dated_and_lets_the_customer_go() -> None:
    spam, slip = an_interaction(a_customer()), an_interaction(a_customer())
    cancel(interaction_id=spam.pk, reason="spam", actor=SYSTEM)
    remove(interaction_id=slip.pk, actor=SYSTEM)

    for matter in (spam, slip):
        matter.refresh_from_db()
        assert (matter.status, matter.closed_at is not None) == ("cancelled", True)
        assert rebuild(interaction_id=matter.pk) == []
    assert Hold.objects.filter(released_at=None).exists() is False
