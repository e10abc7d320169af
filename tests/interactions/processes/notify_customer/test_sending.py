"""Sending: over real SMTP, re-checked just before, retried, and marked once."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.access import SYSTEM
from crm.web.models import AgentNotice
from customers.models import ContactMedium, ReportNeed
from customers.processes.manage_consent import record_consent
from interactions.channels import email, sms
from interactions.channels.outcome import Outcome, Result
from interactions.models import CarrierState, Interaction, InteractionEvent, Message
from interactions.processes.close_interaction import complete
from interactions.processes.notify_customer import queue_notice, send_again, send_due
from interactions.processes.notify_customer.sending import SUBSCRIBED, _record
from interactions.processes.track_interaction import make_promise
from readiness.registry import slots
from tests.customers.factories import a_customer, a_medium, a_user, an_agent
from tests.interactions.factories import a_worker, an_interaction, plain_promises, the_clock
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.racing import somebody_waits_for_a_lock, wait_until
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]

PRIYA = "priya@example.org"


@pytest.fixture
def mailbox(settings: object) -> Iterator[Mailbox]:
    with a_mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]  # the fixture is typed as an object
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port  # type: ignore[attr-defined]  # the fixture is typed as an object
        yield box


@pytest.fixture
def matter(db: None) -> Interaction:
    plain_promises()
    owner = a_user(email="ana@example.org")
    return an_interaction(a_customer(email=PRIYA), owner_id=owner.pk)


def a_notice(matter: Interaction, key: str = "k") -> Message:
    message = queue_notice(
        interaction_id=matter.pk,
        purpose="service",
        subject="News",
        body="We are on it.",
        dedupe_key=key,
        actor=SYSTEM,
    )
    assert message is not None
    return message


def test_a_queued_message_is_delivered_and_marked(mailbox: Mailbox, matter: Interaction) -> None:
    message = a_notice(matter)

    assert send_due(10) == 1
    assert send_due(10) == 0

    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at is not None) == ("sent", 1, True)
    mail = mailbox.delivered[0]
    assert (mail["To"], mail["Subject"]) == (PRIYA, "News")
    assert mail.get_content().strip() == "We are on it."


def test_machines_are_asked_not_to_answer(mailbox: Mailbox, matter: Interaction) -> None:
    a_notice(matter)
    send_due(10)

    mail = mailbox.delivered[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_queued_twice_is_one_message(matter: Interaction) -> None:
    assert a_notice(matter) == a_notice(matter)
    assert Message.objects.count() == 1


def test_a_second_hand_over_carries_the_same_message_id(
    mailbox: Mailbox, matter: Interaction
) -> None:
    message = a_notice(matter)
    send_due(10)
    # As after a kill between the server's "accepted" and our mark.
    Message.objects.filter(pk=message.pk).update(state="queued", sent_at=None)

    send_due(10)

    assert len(mailbox.delivered) == 2
    assert len(set(mailbox.ids())) == 1


def test_what_is_leased_is_left_alone_until_the_lease_ends(
    mailbox: Mailbox, matter: Interaction
) -> None:
    message = a_notice(matter)
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert send_due(10) == 0

    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now())
    assert send_due(10) == 1


@pytest.mark.req("R-CIM-18")
def test_a_no_that_came_after_queueing_is_obeyed(mailbox: Mailbox, matter: Interaction) -> None:
    message = a_notice(matter)
    record_consent(
        party_id=matter.customer.party_id,  # type: ignore[union-attr, arg-type]  # the factory always fills them
        purpose_key="service",
        given=False,
        source="call",
        actor=SYSTEM,
    )

    send_due(10)

    message.refresh_from_db()
    assert (message.state, mailbox.delivered) == ("dropped", [])
    assert "refused" in message.last_error
    assert InteractionEvent.objects.filter(type="message_dropped").count() == 1


@pytest.mark.req("R-TMI-9")
def test_a_new_date_is_not_sent_once_the_matter_is_done(
    mailbox: Mailbox, matter: Interaction
) -> None:
    promise = make_promise(
        clock_id=the_clock(matter).pk,
        due_at=timezone.now() + timedelta(days=1),
        reason="parts",
        actor=a_worker(),
    )
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    send_due(10)

    assert promise.notice is not None
    promise.notice.refresh_from_db()
    assert (promise.notice.state, mailbox.delivered) == ("dropped", [])


def test_only_the_newest_promise_is_sent(mailbox: Mailbox, matter: Interaction) -> None:
    for days in (1, 2):
        make_promise(
            clock_id=the_clock(matter).pk,
            due_at=timezone.now() + timedelta(days=days),
            reason="parts",
            actor=a_worker(),
        )

    send_due(10)

    assert Message.objects.order_by("pk").values_list("state", flat=True)[0] == "dropped"
    assert len(mailbox.delivered) == 1


def test_an_address_that_is_busy_is_tried_again_later(
    mailbox: Mailbox, matter: Interaction
) -> None:
    mailbox.busy.add(PRIYA)
    message = a_notice(matter)

    send_due(10)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.handed_over_at) == ("queued", 1, None)
    assert message.available_at > timezone.now() + timedelta(seconds=20)
    assert message.last_error == "451 4.2.1 try again later"


@pytest.mark.req("R-CIM-17")
def test_a_refused_address_is_not_used_again_and_the_owner_hears_of_it(
    mailbox: Mailbox, matter: Interaction
) -> None:
    mailbox.refuse.add(PRIYA)
    message = a_notice(matter)

    send_due(10)

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "550 5.1.1 no such mailbox")
    assert ContactMedium.objects.get(value=PRIYA).state == "unreachable"
    assert AgentNotice.objects.get().user_id == matter.owner_id


def test_it_gives_up_after_eight_attempts(mailbox: Mailbox, matter: Interaction) -> None:
    mailbox.busy.add(PRIYA)
    message = a_notice(matter)
    for _ in range(8):
        Message.objects.update(available_at=timezone.now(), lease_until=None)
        send_due(10)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 8)
    assert ContactMedium.objects.get(value=PRIYA).state == "unverified"


def test_a_message_that_breaks_the_sender_is_tried_less_often_and_the_others_go(
    mailbox: Mailbox, matter: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = a_notice(matter, "broken"), a_notice(matter, "fine")
    compose = email.compose

    def composed(message: Message, config: Any) -> Any:
        if message.pk == broken.pk:
            raise LookupError("unknown encoding")
        return compose(message, config)

    monkeypatch.setattr(email, "compose", composed)
    send_due(10)

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert fine.state == "sent"
    assert (broken.state, broken.attempts, broken.lease_until) == ("queued", 1, None)
    assert broken.available_at > timezone.now()
    assert "unknown encoding" in broken.last_error


def test_a_message_of_a_matter_out_of_sight_is_not_sent_again(matter: Interaction) -> None:
    message = a_notice(matter)
    Message.objects.filter(pk=message.pk).update(state="failed")

    with pytest.raises(Message.DoesNotExist):
        send_again(
            message_id=message.pk,
            actor=an_agent("interactions.update_interaction", "interactions.view_interaction"),
        )


def a_text_in_hands(matter: Interaction, **config: str) -> Message:
    """A text that a worker was handing to an SMS centre when it died; its lease is over."""
    a_serving_version(
        "channel.sms", {**slots.named("channel.sms").baseline, "delivery": "smpp", **config}
    )
    assert matter.customer
    assert matter.customer.party
    now = timezone.now()
    a_medium(matter.customer.party, "mobile", "+447700900123", state="verified", verified_at=now)
    message = a_notice(matter)
    Message.objects.filter(pk=message.pk).update(
        channel="sms", handed_over_at=timezone.now(), attempts=1
    )
    return message


@pytest.mark.req("R-TMI-4", "R-TMI-9")
def test_a_text_that_may_have_arrived_is_left_to_a_person_and_sent_again_when_they_say_so(
    matter: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = list[str]()

    def send(message: Message, _config: object) -> Result:
        handed.append(message.body)
        return sent_fine()

    monkeypatch.setattr(sms, "send", send)
    message = a_text_in_hands(matter)

    send_due(10)
    message.refresh_from_db()

    assert (handed, message.state) == ([], "failed")
    assert AgentNotice.objects.filter(dedupe_key__contains=":in-doubt:").count() == 1
    assert InteractionEvent.objects.filter(type="message_failed").count() == 1
    send_again(message_id=message.pk, actor=a_worker())
    send_due(10)
    assert len(handed) == 1


def test_a_text_sent_again_and_in_doubt_again_is_told_again(
    matter: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = Result(Outcome.UNSURE, "the SMS centre does not answer")
    monkeypatch.setattr(sms, "send", lambda _message, _config: unsure)
    message = a_text_in_hands(matter)
    send_due(10)

    send_again(message_id=message.pk, actor=a_worker())
    CarrierState.objects.all().delete()
    send_due(10)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 1)
    assert AgentNotice.objects.filter(dedupe_key__contains=":in-doubt:").count() == 2


def test_a_channel_can_say_that_what_may_have_arrived_is_sent_once_more(
    matter: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "send", lambda _message, _config: sent_fine())
    message = a_text_in_hands(matter, in_doubt="again")

    send_due(10)

    message.refresh_from_db()
    assert message.state == "sent"


def test_a_text_the_centre_did_not_answer_for_shuts_the_channel_and_waits_for_a_person(
    matter: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = Result(Outcome.UNSURE, "the SMS centre does not answer")
    monkeypatch.setattr(sms, "send", lambda _message, _config: unsure)
    message = a_text_in_hands(matter)
    Message.objects.update(handed_over_at=None, attempts=0)

    send_due(10)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 1)
    assert CarrierState.objects.get(channel="sms").failures == 1


def sent_fine() -> Result:
    return Result(Outcome.SENT, wire_id="id-1")


def test_a_message_a_server_chokes_on_lets_the_others_go_first(matter: Interaction) -> None:
    token = uuid.uuid4()
    message, other = a_notice(matter), a_notice(matter, "other")
    Message.objects.filter(pk=message.pk).update(lease_token=token, attempts=1)

    _record(message, token, Result(Outcome.AWAY, "disconnected"))

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("queued", 0)
    assert message.available_at > other.available_at


def test_keys_to_pages_without_a_sign_in_do_not_stay_in_the_timeline(
    mailbox: Mailbox, matter: Interaction
) -> None:
    message = queue_notice(
        interaction_id=matter.pk,
        purpose="service",
        subject="Your link",
        body="https://crm.example.org/mine/abc:def\n5: https://crm.example.org/opinion/x:y?score=5",
        dedupe_key="link",
        actor=SYSTEM,
    )
    assert message
    send_due(10)

    message.refresh_from_db()
    assert "/mine/abc:def" in mailbox.delivered[0].get_content()
    assert message.body == (
        "https://crm.example.org/mine/…\n5: https://crm.example.org/opinion/…?score=5"
    )


@pytest.mark.parametrize(
    ("ended", "recipients", "state"),
    [(False, [PRIYA], "sent"), (True, [PRIYA], "dropped"), (False, ["new@x.org"], "dropped")],
)
def test_a_report_goes_only_where_its_subscription_still_says(
    ended: bool, recipients: list[str], state: str, mailbox: Mailbox, matter: Interaction
) -> None:
    assert matter.customer
    today = timezone.localdate()
    ReportNeed.objects.create(
        customer=matter.customer, kind="usage", period="week", format="csv",
        recipients=recipients, next_from=today, next_until=today + timedelta(days=7),
        ended_at=timezone.now() if ended else None,
    )  # fmt: skip
    message = a_notice(matter)
    Message.objects.filter(pk=message.pk).update(purpose=SUBSCRIBED)

    send_due(10)

    message.refresh_from_db()
    assert message.state == state


@pytest.mark.django_db(transaction=True)
def test_what_failed_waits_for_its_matter_and_holds_nothing_meanwhile() -> None:
    """A bounce locks the matter and then the message: the other way round both would wait."""
    plain_promises()
    message = a_notice(an_interaction(a_customer(email=PRIYA)))
    token = uuid.uuid4()
    until = timezone.now() + timedelta(minutes=1)
    Message.objects.filter(pk=message.pk).update(lease_token=token, lease_until=until)
    failed = Result(Outcome.NEVER, "no such mailbox")

    def keep_what_failed() -> None:
        _record(message, token, failed)
        connection.close()

    worker = threading.Thread(target=keep_what_failed)
    with transaction.atomic():
        Interaction.objects.lock(message.interaction_id)
        worker.start()
        wait_until(somebody_waits_for_a_lock)
        Message.objects.select_for_update(nowait=True).get(pk=message.pk)
    worker.join()

    message.refresh_from_db()
    assert message.state == "failed"
