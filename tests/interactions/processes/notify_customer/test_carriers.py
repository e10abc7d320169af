"""An outage of a carrier: nothing lost, nothing twice, one call per wait."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from interactions.channels import email
from interactions.models import CarrierState, Interaction, Message
from interactions.processes.notify_customer import queue_notice, send_due
from readiness.models import CapabilityVersion
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction
from tests.interactions.mailbox import a_mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
_CLOSED_PORT = 9


@pytest.fixture(autouse=True)
def _plain(plain: None, settings: Any) -> Iterator[None]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _CLOSED_PORT
    return iter(())


@pytest.fixture
def waiting() -> list[Message]:
    """Five notices to five customers."""
    return [a_notice(an_interaction(a_customer(email=f"c{n}@example.org"))) for n in range(5)]


def a_notice(matter: Interaction) -> Message:
    message = queue_notice(
        interaction_id=matter.pk,
        purpose="service",
        subject="Later",
        body="Later.",
        dedupe_key=f"t:{matter.pk}",
        actor=SYSTEM,
    )
    assert message is not None
    return message


def an_hour_of_trying() -> int:
    """What beat does for an hour; returns how often the server was tried."""
    for _ in range(240):
        state = CarrierState.objects.filter(channel="email").first()
        if state and state.away_until:
            CarrierState.objects.update(away_until=state.away_until - timedelta(seconds=15))
        send_due(50)
    return CarrierState.objects.get(channel="email").failures


@pytest.mark.req("R-TMI-9")
def test_a_mail_server_away_for_an_hour_loses_nothing_and_tells_nothing_twice(
    waiting: list[Message], settings: Any
) -> None:
    tried = an_hour_of_trying()
    still = Message.objects.filter(state="queued", attempts=0, lease_until=None).count()

    with a_mailbox() as box:
        settings.EMAIL_PORT = box.port
        CarrierState.objects.update(away_until=timezone.now())
        for _ in range(3):
            send_due(50)

    assert still == 5
    assert 10 < tried < 30
    assert sorted(box.ids()) == sorted(email.message_id(one) for one in waiting)
    assert CarrierState.objects.get(channel="email").failing_since is None


def test_while_it_is_away_only_one_message_knocks_at_the_door(waiting: list[Message]) -> None:
    assert send_due(50) == 1
    assert send_due(50) == 0

    state = CarrierState.objects.get(channel="email")
    assert state.failures == 1
    assert state.failing_since is not None
    assert "refused" in state.last_error.lower()


@pytest.mark.req("R-TMI-4")
def test_a_channel_that_is_switched_off_keeps_what_is_queued_until_it_is_on_again(
    waiting: list[Message], settings: Any
) -> None:
    CapabilityVersion.objects.filter(slot__key="channel.email").update(state="suspended")
    forget_snapshot()
    with a_mailbox() as box:
        settings.EMAIL_PORT = box.port
        send_due(50)
        said = set(Message.objects.values_list("state", "attempts", "last_error"))
        sent_while_off = len(box.delivered)

        CapabilityVersion.objects.filter(slot__key="channel.email").update(
            state="general_availability"
        )
        forget_snapshot()
        Message.objects.update(available_at=timezone.now())
        send_due(50)

    assert sent_while_off == 0
    assert {(state, attempts) for state, attempts, _why in said} == {("queued", 0)}
    assert all("channel.email" in why for _state, _attempts, why in said)
    assert len(box.delivered) == 5
