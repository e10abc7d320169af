"""What can't arrive goes by the next permitted channel, once, and the owner hears of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import Delivery
from crm.events.tasks import deliver
from crm.web.models import AgentNotice
from customers.models import ContactMedium
from customers.processes.manage_consent import record_consent
from interactions.models import Communication, Interaction, Message
from interactions.processes.notify_customer import queue_notice, send_again, send_due
from interactions.processes.notify_customer.undelivered import came_back
from interactions.processes.update_interaction import add_message
from readiness.registry import slots
from tests.customers.factories import a_customer, a_medium, a_party, a_user
from tests.interactions.channels.providers import SECRETS, Gateway, a_gateway
from tests.interactions.factories import a_worker, an_interaction, plain_promises
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.readiness.factories import a_serving_version

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.enable_socket,
    pytest.mark.req("R-CIM-17"),
]
PRIYA, NUMBER = "priya@example.org", "+447700900123"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with a_mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    with a_gateway() as found:
        yield found


@pytest.fixture
def matter(mailbox: Mailbox, gateway: Gateway) -> Interaction:
    """Of a customer with an address and a number, while both channels deliver."""
    plain_promises()
    baseline = slots.named("channel.sms").baseline
    a_serving_version("channel.sms", {**baseline, "delivery": "gateway", "url": gateway.url})
    party = a_party()
    for kind, value in (("email", PRIYA), ("mobile", NUMBER)):
        a_medium(party, kind, value, state="verified", verified_at=timezone.now())
    owner = a_user(email="ana@example.org")
    return an_interaction(a_customer(party=party), owner_id=owner.pk)


def a_notice(matter: Interaction, key: str = "k", body: str = "Friday.") -> Message:
    message = queue_notice(
        interaction_id=matter.pk, purpose="service", subject="News", body=body,
        dedupe_key=key, actor=SYSTEM,
    )  # fmt: skip
    assert message is not None
    return message


def heard() -> None:
    """Every handler hears what happened."""
    for delivery in Delivery.objects.filter(done_at=None).order_by("pk"):
        deliver(delivery.pk)


def found_dead(value: str) -> None:
    """What was sent last to a contact point comes back for good."""
    last = Message.objects.filter(recipient=value, state="sent").latest("pk")
    came_back(message_id=last.pk, permanent=True, said="5.1.1 mailbox unknown")
    heard()


def test_an_answer_that_bounces_goes_by_text_and_its_writer_is_told(
    matter: Interaction, gateway: Gateway
) -> None:
    add_message(interaction_id=matter.pk, body="Try it now.", actor=SYSTEM)
    send_due(10)

    found_dead(PRIYA)
    send_due(10)

    assert [body["text"] for body in gateway.taken] == ["Try it now."]
    assert ContactMedium.objects.get(value=PRIYA).state == "unreachable"
    told = AgentNotice.objects.get()
    assert (told.user_id, told.level) == (matter.owner_id, "info")


def test_what_still_waits_for_a_dead_address_goes_another_way_too(
    matter: Interaction, gateway: Gateway, mailbox: Mailbox
) -> None:
    a_notice(matter, "sent")
    send_due(10)
    a_notice(matter, "waits", "Saturday.")

    found_dead(PRIYA)
    send_due(10)

    assert sorted(body["text"] for body in gateway.taken) == ["Friday.", "Saturday."]
    assert len(mailbox.delivered) == 1


def test_another_address_of_theirs_comes_before_another_channel(
    matter: Interaction, mailbox: Mailbox
) -> None:
    assert matter.customer
    assert matter.customer.party
    a_medium(matter.customer.party, "email", "second@example.org")
    a_notice(matter)
    send_due(10)

    found_dead(PRIYA)
    send_due(10)

    assert [mail["To"] for mail in mailbox.delivered] == [PRIYA, "second@example.org"]


def test_when_every_way_is_dead_it_ends_and_the_owner_is_told_to_act(
    matter: Interaction, gateway: Gateway
) -> None:
    a_notice(matter)
    send_due(10)
    for value in (PRIYA, NUMBER):
        found_dead(value)
        send_due(10)
        heard()

    assert Message.objects.exclude(state="failed").exists() is False
    assert Message.objects.count() == 2
    assert AgentNotice.objects.filter(level="bad").count() == 1


def test_a_report_told_twice_plans_nothing_twice(matter: Interaction) -> None:
    message = a_notice(matter)
    send_due(10)
    for _ in range(2):
        came_back(message_id=message.pk, permanent=True, said="5.1.1")
        heard()

    assert Message.objects.filter(channel="sms").count() == 1


def test_a_channel_refused_after_planning_gives_way_to_one_that_is_permitted(
    matter: Interaction, gateway: Gateway, mailbox: Mailbox
) -> None:
    message = a_notice(matter)
    record_consent(
        party_id=matter.customer.party_id,  # type: ignore[union-attr, arg-type]  # the factory always fills them
        purpose_key="service", channel="email", given=False, source="call", actor=SYSTEM,
    )  # fmt: skip

    for _ in range(2):
        send_due(10)

    message.refresh_from_db()
    assert (message.state, mailbox.delivered) == ("dropped", [])
    assert [body["text"] for body in gateway.taken] == ["Friday."]


def test_an_address_that_ended_since_is_replaced_by_the_one_that_stands(
    matter: Interaction, mailbox: Mailbox
) -> None:
    assert matter.customer
    assert matter.customer.party
    a_notice(matter)
    a_medium(matter.customer.party, "email", "new@example.org")
    ContactMedium.objects.filter(value=PRIYA).update(valid_to=timezone.now())

    send_due(10)

    assert [mail["To"] for mail in mailbox.delivered] == ["new@example.org"]


def test_what_a_partner_or_a_promise_follows_is_the_message_that_can_arrive(
    matter: Interaction,
) -> None:
    message = a_notice(matter)
    asked = Communication.objects.create(interaction=matter, message=message)
    send_due(10)

    found_dead(PRIYA)

    asked.refresh_from_db()
    assert asked.message
    assert asked.message.channel == "sms"


def test_a_link_that_is_gone_from_the_text_is_not_sent_again(matter: Interaction) -> None:
    message = a_notice(matter, body="https://crm.example.org/mine/abc:def")
    send_due(10)

    found_dead(PRIYA)

    assert Message.objects.count() == 1
    with pytest.raises(RuleBroken) as refused:
        send_again(message_id=message.pk, actor=a_worker())
    assert refused.value.code == "link-gone"
