"""Whatever goes to a customer, by whichever door, asks what they wish: once planned, once sent."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import Delivery
from customers.models import CommunicationNeed, ReportNeed
from customers.processes.manage_consent import record_consent
from customers.processes.report_to_customer import make_due_reports
from interactions.models import Interaction, Message
from interactions.processes.close_interaction import close, complete
from interactions.processes.measure_satisfaction import ask_opinion
from interactions.processes.notify_customer import queue_notice, send_due
from interactions.processes.notify_customer.queueing import closing_notice, reminder_notice
from interactions.processes.notify_customer.undelivered import give_up
from interactions.processes.serve_partners import ask_to_send
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message, ask_customer
from tests.customers.factories import a_customer, a_medium
from tests.interactions.factories import a_worker, an_interaction, plain_promises, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-18")]
PRIYA, SECOND = "priya@example.org", "second@example.org"


@pytest.fixture
def matter(db: None) -> Interaction:
    plain_promises()
    customer = a_customer(email=PRIYA)
    assert customer.party
    a_medium(customer.party, "email", SECOND)
    return an_interaction(customer)


def reply(matter: Interaction) -> None:
    add_message(interaction_id=matter.pk, body="Try it now.", actor=SYSTEM)


def notice(matter: Interaction) -> None:
    queue_notice(
        interaction_id=matter.pk, purpose="service", subject="News", body="On Friday.",
        dedupe_key="notice", actor=SYSTEM,
    )  # fmt: skip


def promise(matter: Interaction) -> None:
    make_promise(
        clock_id=the_clock(matter).pk, due_at=timezone.now() + timedelta(days=1),
        reason="parts", actor=a_worker(),
    )  # fmt: skip


def question(matter: Interaction) -> None:
    ask_customer(
        interaction_id=matter.pk, question="Which socket?",
        due_at=timezone.now() + timedelta(days=3), on_silence="close", actor=SYSTEM,
    )  # fmt: skip


def reminder(matter: Interaction) -> None:
    question(matter)
    Message.objects.update(state="dropped")
    reminder_notice(interaction=matter, request=matter.requests.get(), number=1)


def closing(matter: Interaction) -> None:
    closing_notice(interaction=matter, say=lambda language: "It is done.", dedupe_key="closing")


def survey(matter: Interaction) -> None:
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)
    ask_opinion(interaction_id=matter.pk)


def partner(matter: Interaction) -> None:
    ask_to_send(
        customer_id=matter.customer_id, subject="Digging", content="We dig.", state="initial",
        as_given={"content": "We dig."}, actor=SYSTEM,
    )  # fmt: skip


def partners_offer(matter: Interaction) -> None:
    said = {"content": "Buy.", "characteristic": [{"name": "purpose", "value": "survey"}]}
    ask_to_send(
        customer_id=matter.customer_id, subject="", content="Buy.", state="initial",
        as_given=said, actor=SYSTEM,
    )  # fmt: skip


def another_way(matter: Interaction) -> None:
    notice(matter)
    for message in Message.objects.filter(dedupe_key="notice"):
        message.state = Message.State.FAILED
        message.save()
        give_up(message, unreachable=True)


def report(matter: Interaction) -> None:
    today = timezone.localdate()
    ReportNeed.objects.create(
        customer_id=matter.customer_id or 0, kind="interactions", period="week", format="csv",
        recipients=[PRIYA], next_from=today - timedelta(days=8),
        next_until=today - timedelta(days=1),
    )  # fmt: skip
    make_due_reports(timezone.now())
    for delivery in Delivery.objects.filter(done_at=None).order_by("pk"):
        delivery.run()


class NotPermitted(Exception):
    """Somebody who writes themselves is told at once."""


def asked_for(door: "Door", matter: Interaction) -> None:
    try:
        door(matter)
    except RuleBroken as told:
        if told.code != "not-permitted":
            raise
        raise NotPermitted from told


Door = Callable[[Interaction], None]
DOORS: list[Door] = [
    reply, notice, promise, question, reminder, closing, survey, partner, partners_offer,
    another_way, report,
]  # fmt: skip
every_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)


def refused(matter: Interaction) -> None:
    """Nothing more, by no channel; and what was subscribed to is ended."""
    assert matter.customer
    for purpose in ("service", "survey", "marketing"):
        record_consent(
            party_id=matter.customer.party_id or 0, purpose_key=purpose, given=False,
            source="call", actor=SYSTEM,
        )  # fmt: skip
    ReportNeed.objects.update(ended_at=timezone.now())


def wishes(matter: Interaction, **fields: object) -> None:
    assert matter.customer
    CommunicationNeed.objects.create(
        party=matter.customer.party, topic="service", channel="email", time_zone="UTC", **fields
    )  # type: ignore[misc]  # the factory always gives a party


def quiet_now(matter: Interaction) -> datetime:
    """Quiet hours around this moment; says when they end."""
    now = timezone.now()
    wishes(
        matter,
        quiet_from=(now - timedelta(hours=2)).time(),
        quiet_to=(now + timedelta(hours=2)).time(),
    )
    return now + timedelta(hours=1, minutes=58)


def against_wishes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM interactions_messages_against_wishes")
        return int(cursor.fetchone()[0])


@every_door
def test_a_permitted_message_leaves_and_is_no_violation(door: Door, matter: Interaction) -> None:
    door(matter)
    send_due(20)

    assert len(mail.outbox) == 1
    assert Message.objects.filter(state="sent", allowed_because="").exists() is False
    assert against_wishes() == 0


@every_door
def test_who_said_no_before_is_sent_nothing(door: Door, matter: Interaction) -> None:
    if door is not report:
        refused(matter)
    with suppress(NotPermitted):
        asked_for(door, matter)
    if door is report:
        refused(matter)
    send_due(20)

    assert mail.outbox == []


@every_door
def test_who_said_no_meanwhile_is_sent_nothing(door: Door, matter: Interaction) -> None:
    door(matter)
    refused(matter)

    send_due(20)

    assert mail.outbox == []


@every_door
def test_quiet_hours_are_waited_for(door: Door, matter: Interaction) -> None:
    door(matter)
    ends = quiet_now(matter)

    send_due(20)

    assert mail.outbox == []
    assert Message.objects.get(state="queued").available_at > ends


AUTOMATIC = [one for one in DOORS if one is not reply]


@pytest.mark.parametrize("door", AUTOMATIC, ids=lambda door: door.__name__)
def test_the_language_they_wish_is_looked_up(door: Door, matter: Interaction) -> None:
    wishes(matter, language="de")

    door(matter)

    assert Message.objects.get(state="queued").language == "de"


@every_door
def test_who_asked_for_paper_gets_no_message_on_a_screen(door: Door, matter: Interaction) -> None:
    if door is report:
        pytest.skip("Asked for by its address, a report goes there.")
    wishes(matter, format="paper")
    with suppress(NotPermitted):
        asked_for(door, matter)
    send_due(20)

    assert mail.outbox == []


def test_what_left_without_asking_is_counted(matter: Interaction) -> None:
    notice(matter)
    refused(matter)
    # As a door that does not ask would leave it.
    Message.objects.update(state="sent", sent_at=timezone.now(), handed_over_at=timezone.now())

    assert against_wishes() == 1


def test_what_left_in_quiet_hours_is_counted(matter: Interaction) -> None:
    quiet_now(matter)
    later = timezone.now() + timedelta(minutes=1)
    notice(matter)
    Message.objects.update(state="sent", sent_at=later)

    assert against_wishes() == 1
