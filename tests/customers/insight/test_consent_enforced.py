"""What a customer says in a call holds for the very next message."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.consent_catalogue import load_consent_catalogue
from interactions.models import Interaction, Message
from interactions.processes.notify_customer import queue_notice
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Interaction:
    governed()
    load_consent_catalogue()
    customer = a_customer(email="amara@example.org", phone="+447700900318")
    return an_interaction(customer, channel="phone")


def say_in_the_call(call: Interaction, purpose: str, channel: str, given: str) -> None:
    agent = Client()
    agent.force_login(a_user(role="agent"))
    answer = agent.post(
        reverse("insight:consents", args=[call.customer_id]),
        {
            "purpose": purpose,
            "channel": channel,
            "given": given,
            "contact": str(call.public_id),
        },
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200


def next_message(call: Interaction, purpose: str, key: str) -> Message | None:
    return queue_notice(
        interaction_id=call.pk,
        purpose=purpose,
        subject="About your line",
        body="It works again.",
        dedupe_key=key,
        actor=SYSTEM,
    )


@pytest.mark.req("R-BCI-3")
@pytest.mark.req("R-CIM-18")
def test_a_channel_refused_in_a_call_is_not_used_by_the_next_message(call: Interaction) -> None:
    before = next_message(call, "service", "before")

    say_in_the_call(call, "service", "email", "no")
    after = next_message(call, "service", "after")

    assert before is not None
    assert before.channel == "email"
    assert after is None or after.channel != "email"


@pytest.mark.req("R-BCI-3")
def test_a_purpose_allowed_in_a_call_opens_and_refused_closes_again(call: Interaction) -> None:
    asked_never = next_message(call, "marketing", "1")
    say_in_the_call(call, "marketing", "any", "yes")
    allowed = next_message(call, "marketing", "2")
    say_in_the_call(call, "marketing", "any", "no")
    refused = next_message(call, "marketing", "3")

    assert asked_never is None
    assert allowed is not None
    assert allowed.allowed_because.startswith("Offers and news: allowed on ")
    assert refused is None
