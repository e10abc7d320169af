"""The ways by which an answer may leave, as the composer offers them."""

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from crm.access import SYSTEM
from customers.processes.manage_consent import record_consent
from interactions.models import Interaction
from interactions.processes.manage_request import write_first
from interactions.processes.notify_customer import send_due
from interactions.processes.update_interaction import add_message
from interactions.web.reaching import Way, ways
from readiness.registry import slots
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.channels.providers import SECRETS
from tests.interactions.factories import an_interaction
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-TMI-4"), pytest.mark.usefixtures("plain")]


@pytest.fixture
def texts(settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    baseline = slots.named("channel.sms").baseline
    a_serving_version(
        "channel.sms", {**baseline, "delivery": "gateway", "url": "https://sms.example"}
    )


def named(channel: str, one: Interaction) -> Way:
    return next(way for way in ways(one) if way.channel == channel)


def a_matter_of_two_ways() -> Interaction:
    party = a_party()
    a_medium(party, "email", "p@example.org")
    a_medium(party, "mobile", "+447700900123")
    return an_interaction(a_customer(party=party))


def test_every_permitted_channel_can_be_chosen_and_the_preferred_one_is(texts: None) -> None:
    one = a_matter_of_two_ways()

    mail_way, text_way = named("email", one), named("sms", one)

    assert (mail_way.allowed, mail_way.chosen) == (True, True)
    assert (text_way.allowed, text_way.chosen) == (True, False)


def test_a_refused_channel_says_why(texts: None) -> None:
    one = a_matter_of_two_ways()
    record_consent(
        party_id=one.customer.party_id,  # type: ignore[union-attr, arg-type]  # the factory always fills them
        purpose_key="service", channel="sms", given=False, source="call", actor=SYSTEM,
    )  # fmt: skip

    assert (named("sms", one).allowed, "refused" in named("sms", one).because) == (False, True)


def test_who_chats_is_answered_in_the_chat() -> None:
    write_first(channel="chat", once="1", email="v@example.net", name="Vera", text="Dead line")
    one = Interaction.objects.get()

    assert [way.channel for way in ways(one) if way.chosen] == ["chat"]


def test_who_filled_in_the_form_is_answered_by_mail_as_the_page_says() -> None:
    write_first(channel="web", once="1", email="w@example.net", name="Walt", text="Dead line")
    one = Interaction.objects.get()

    chosen = [way.channel for way in ways(one) if way.chosen]
    add_message(interaction_id=one.pk, body="We look.", channel=chosen[0], actor=SYSTEM)
    send_due(10)

    assert (one.customer, chosen) == (None, ["email"])
    assert [sent.to for sent in mail.outbox] == [["w@example.net"]]


def test_their_page_is_offered_only_where_they_wrote() -> None:
    one = an_interaction(occurred_at=timezone.now())

    assert "web" not in [way.channel for way in ways(one)]
