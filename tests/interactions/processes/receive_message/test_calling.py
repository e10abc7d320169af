"""Calls: on the screen at once, never a former owner, and no end without a wrap-up."""

from typing import Any

import pytest
from django.utils import timezone

from crm.access import actor_for
from crm.errors import RuleBroken
from crm.web.models import AgentNotice
from customers.models import Identifier
from interactions.models import Call, Interaction
from interactions.processes.receive_message import to_wrap_up, who_may_be_calling, wrap_up
from interactions.processes.settle_subjects import add_subject
from tests.customers.factories import a_customer, a_party, a_user
from tests.interactions.channels.providers import SECRETS, pushed
from tests.interactions.factories import an_interaction

pytestmark = pytest.mark.django_db
NUMBER = "+447700900123"


@pytest.fixture(autouse=True)
def _in_use(plain: None, settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS


@pytest.fixture
def ana() -> Any:
    return a_user(role="agent", username="ana")


def exchange(event: str, call: str = "c-1", **more: Any) -> int:
    """The exchange tells one event over its hook."""
    body = {"type": event, "call": call, "from": "07700 900123", "to": "0800", **more}
    return int(pushed("phone", body).status_code)


@pytest.mark.req("R-TMI-4")
def test_the_number_is_on_the_agents_screen_while_it_rings(ana: Any) -> None:
    customer = a_customer(phone=NUMBER)

    exchange("ringing", agent="ana")

    call, notice = Call.objects.get(), AgentNotice.objects.get()
    assert (call.number, call.customer_id, call.state) == (NUMBER, customer.pk, "ringing")
    assert (notice.user_id, notice.url) == (ana.pk, f"/calls/{call.public_id}")
    assert customer.name in notice.title


def test_a_call_goes_through_its_states_in_any_order_and_twice(ana: Any) -> None:
    for event in ("ended", "answered", "ringing", "ended", "answered"):
        exchange(event, agent="ana")

    call = Call.objects.get()
    assert call.ended_at is not None
    assert (call.state, Call.objects.count()) == ("ended", 1)
    assert to_wrap_up(ana.pk) == [call]


@pytest.mark.req("R-TMI-4")
def test_an_ended_call_waits_for_its_code_and_is_logged_with_it_once(ana: Any) -> None:
    customer = a_customer(phone=NUMBER)
    for event in ("ringing", "answered", "ended"):
        exchange(event, agent="ana", hold_seconds=12)
    (call,) = to_wrap_up(ana.pk)
    actor = actor_for(ana)

    with pytest.raises(RuleBroken, match="how the call ended"):
        wrap_up(call_id=call.pk, code="", note="x", actor=actor)
    for _ in range(2):
        logged = wrap_up(
            call_id=call.pk,
            code="resolved",
            note="Restarted the router.",
            customer_id=customer.pk,
            actor=actor,
        )

    assert (Interaction.objects.count(), logged.customer_id, logged.channel) == (
        1, customer.pk, "phone",
    )  # fmt: skip
    call.refresh_from_db()
    assert (call.wrap_up, call.interaction_id, call.hold_seconds) == ("resolved", logged.pk, 12)
    assert to_wrap_up(ana.pk) == []
    assert AgentNotice.objects.filter(title__startswith="Wrap up").count() == 1


def test_a_call_about_an_open_matter_goes_into_it(ana: Any) -> None:
    matter = an_interaction(a_customer(phone=NUMBER))
    for event in ("answered", "ended"):
        exchange(event, agent="ana")
    (call,) = to_wrap_up(ana.pk)

    wrap_up(
        call_id=call.pk, code="explained", note="Told.", interaction_id=matter.pk,
        actor=actor_for(ana),
    )  # fmt: skip

    assert Interaction.objects.count() == 1
    assert matter.messages.get().body == "Told."


def test_somebody_elses_call_is_not_wrapped_up(ana: Any) -> None:
    for event in ("answered", "ended"):
        exchange(event, agent="ana")

    with pytest.raises(RuleBroken, match="Somebody else"):
        wrap_up(
            call_id=Call.objects.get().pk,
            code="resolved",
            note="x",
            actor=actor_for(a_user(role="agent")),
        )


def test_a_missed_call_is_a_matter_somebody_calls_back_about() -> None:
    customer = a_customer(phone=NUMBER)
    for _ in range(2):
        exchange("ringing")
        exchange("ended")

    matter = Interaction.objects.get()
    assert (matter.subject, matter.customer_id) == ("Missed call", customer.pk)


@pytest.mark.req("R-CIM-7")
def test_a_number_given_to_somebody_else_shows_nobody_of_its_past() -> None:
    party, other = a_party(), a_party(given_name="Li")
    a_customer(party=party, phone=NUMBER)
    heir = a_customer(party=other)
    Identifier.objects.create(
        party=party, kind="msisdn", value=NUMBER, valid_from=timezone.now(),
        valid_to=timezone.now(), ended_because="recycled",
    )  # fmt: skip
    exchange("ringing")
    assert who_may_be_calling(Call.objects.get()) == []

    Identifier.objects.create(party=other, kind="msisdn", value=NUMBER)
    assert who_may_be_calling(Call.objects.get()) == [heir.pk]


def test_a_number_of_two_people_pops_neither_name(ana: Any) -> None:
    for _ in range(2):
        a_customer(phone=NUMBER)

    exchange("ringing", agent="ana")

    assert Call.objects.get().customer_id is None
    assert AgentNotice.objects.get().title == f"Call: {NUMBER}"


def test_an_event_without_a_call_is_held_and_nothing_rings() -> None:
    assert pushed("phone", {"type": "ringing"}).status_code == 202
    assert Call.objects.exists() is False


@pytest.mark.req("R-TMI-7", "R-TMI-8")
def test_a_call_that_settled_it_is_logged_and_closed_in_one_go(ana: Any) -> None:
    customer = a_customer(phone=NUMBER)
    for event in ("answered", "ended"):
        exchange(event, agent="ana")

    logged = wrap_up(
        call_id=Call.objects.get().pk, code="resolved", note="Restarted the router.",
        reason_key="bill-question", done=True, customer_id=customer.pk, actor=actor_for(ana),
    )  # fmt: skip

    logged.refresh_from_db()
    assert (logged.status, logged.outcome, logged.customer_informed) == (
        "closed", "resolved", "phone",
    )  # fmt: skip
    assert logged.reason is not None
    assert logged.clocks.filter(state="met").count() == logged.clocks.count()


def test_a_call_that_can_not_be_closed_yet_waits_for_its_wrap_up_still(ana: Any) -> None:
    matter = an_interaction(a_customer(phone=NUMBER))
    add_subject(interaction_id=matter.pk, subject="Bill", actor=actor_for(ana))
    for event in ("answered", "ended"):
        exchange(event, agent="ana")
    (call,) = to_wrap_up(ana.pk)

    with pytest.raises(RuleBroken, match="what came of: Bill"):
        wrap_up(
            call_id=call.pk, code="resolved", note="Fine now.", done=True,
            interaction_id=matter.pk, actor=actor_for(ana),
        )  # fmt: skip

    assert to_wrap_up(ana.pk) == [call]
    assert matter.messages.exists() is False
