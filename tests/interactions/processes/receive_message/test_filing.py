"""Where mail goes: the right thread, the right customer, once; and what is held back."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import ContactMedium
from interactions.channels import email, marks
from interactions.models import (
    Attachment,
    Inbound,
    Interaction,
    InteractionEvent,
    Message,
    ResponseRequest,
)
from interactions.processes.close_interaction import complete
from interactions.processes.keep_participants import add_participant, remove_participant
from interactions.processes.notify_customer import queue_notice, send_due
from interactions.processes.receive_message import file_due, join, keep
from interactions.processes.update_interaction import add_message, ask_customer
from readiness.registry import slots
from tests.customers.factories import a_customer, a_medium, a_party, an_agent
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.interactions.mails import a_bounce, a_mail
from tests.interactions.processes.receive_message.factories import arrived, said
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
PRIYA = "priya@example.org"


@pytest.fixture(autouse=True)
def _plain(plain: None) -> None:
    """Everything in use."""


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with a_mailbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


def verified(address: str = PRIYA, **fields: Any) -> Any:
    """A customer whose address was verified."""
    party = a_party()
    a_medium(party, "email", address, state="verified", verified_at=timezone.now(), **fields)
    return a_customer(party=party)


def answered(interaction: Interaction, body: str = "We look into it.") -> Message:
    """Our answer, really sent."""
    add_message(interaction_id=interaction.pk, body=body, actor=SYSTEM)
    send_due(10)
    return Message.objects.filter(interaction=interaction, direction="outbound").latest("pk")


@pytest.mark.req("R-TMI-3", "R-TMI-4")
def test_a_mail_of_a_verified_address_is_a_matter_of_that_customer() -> None:
    customer = verified()

    row = arrived(a_mail())

    interaction = Interaction.objects.get()
    assert (interaction.customer_id, interaction.channel) == (customer.pk, "email")
    assert (row.state, row.interaction_id) == ("filed", interaction.pk)
    # What opened the matter starts its clocks once, and is no second message to answer.
    assert set(interaction.clocks.values_list("target", flat=True)) == {
        "first_response",
        "resolution",
    }


@pytest.mark.parametrize(("link_by", "linked"), [("verified", False), ("known", True)])
def test_an_address_that_was_never_verified_links_only_where_that_is_wanted(
    link_by: str, linked: bool
) -> None:
    customer = a_customer(email=PRIYA)
    baseline = slots.named("channel.email").baseline
    a_serving_version("channel.email", {**baseline, "link_by": link_by})

    arrived(a_mail())

    assert Interaction.objects.get().customer_id == (customer.pk if linked else None)


def test_an_unknown_sender_is_in_the_queue_without_a_customer() -> None:
    row = arrived(a_mail("stranger@example.net"))

    assert (row.state, Interaction.objects.get().customer) == ("filed", None)


def test_an_address_of_two_customers_is_nobodys() -> None:
    verified()
    verified()

    arrived(a_mail())

    assert Interaction.objects.get().customer is None


@pytest.mark.req("R-TMI-3")
def test_the_same_mail_in_two_mailboxes_is_one_message_and_two_deliveries() -> None:
    mail = a_mail()
    arrived(mail, source="imap:care")
    arrived(b"Received: by another server\r\n" + mail, source="imap:billing")

    assert (Interaction.objects.count(), Message.objects.count()) == (1, 1)
    assert set(Inbound.objects.values_list("state", "code")) == {("filed", ""), ("filed", "again")}


@pytest.mark.req("R-TMI-3")
def test_a_mail_without_an_id_is_told_by_its_bytes() -> None:
    mail = b"From: priya@example.org\r\nSubject: Line\r\n\r\nDead."
    for _ in range(2):
        arrived(mail)

    assert (Interaction.objects.count(), Inbound.objects.count()) == (1, 1)


def test_another_sender_with_a_known_id_is_looked_at_by_a_person() -> None:
    arrived(a_mail(message_id="<same@example.org>"))

    row = arrived(a_mail("else@example.net", message_id="<same@example.org>", body="Hm."))

    assert (row.state, row.code) == ("held", "same-id")


@pytest.mark.parametrize(
    ("_case", "body", "state"),
    [
        ("folded by a relay", "My line is\ndead since\n Monday.", "filed"),
        ("other words", "My line is dead since Monday. Now the phone too.", "held"),
    ],
)
@pytest.mark.req("R-TMI-3")
def test_the_same_id_with_other_words_is_looked_at_by_a_person(
    _case: str, body: str, state: str
) -> None:
    arrived(a_mail(message_id="<same@example.org>"))

    row = arrived(a_mail(message_id="<same@example.org>", body=body))

    assert row.state == state
    assert Message.objects.get().body == "My line is dead since Monday."


def test_joined_into_a_matter_that_has_its_id_the_earlier_message_stays_as_it_was() -> None:
    held = arrived(
        a_mail("robot@example.net", "Lamp 3.", message_id="<same@x.org>", Precedence="bulk")
    )
    arrived(a_mail("Priya <priya@example.org>", message_id="<same@x.org>"))
    (matter,) = Interaction.objects.all()
    agent = a_worker("interactions.decide_inbound")

    join(inbound_id=held.pk, interaction_id=matter.pk, actor=agent)

    said = matter.messages.order_by("pk").values_list("author_name", "body")
    assert list(said) == [
        ("Priya", "My line is dead since Monday."),
        ("robot@example.net", "Lamp 3."),
    ]


@pytest.mark.parametrize("way", ["reply-to", "in-reply-to", "references", "their own mail"])
def test_an_answer_joins_its_thread_by_any_proof(way: str, mailbox: Mailbox) -> None:
    verified()
    baseline = slots.named("channel.email").baseline
    a_serving_version("channel.email", {**baseline, "reply_to": "care@localhost"})
    row = arrived(a_mail(message_id="<first@example.org>"))
    interaction = Interaction.objects.get()
    ours = answered(interaction)
    (sent,) = mailbox.delivered
    given: dict[str, dict[str, Any]] = {
        "reply-to": {"to": str(sent["Reply-To"])},
        "in-reply-to": {"In_Reply_To": ours.wire_id},
        "references": {"References": f"<other@x.org> {ours.wire_id} <more@x.org>"},
        "their own mail": {"In_Reply_To": row.wire_id},
    }

    arrived(a_mail(body="Thanks, it still is.", subject="Other words", **given[way]))

    assert Interaction.objects.count() == 1
    said = interaction.messages.filter(direction="inbound").latest("pk")
    assert said.body == "Thanks, it still is."


def test_our_answer_carries_what_mail_programs_thread_by(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail(message_id="<first@example.org>"))
    interaction = Interaction.objects.get()
    first, second = answered(interaction), answered(interaction, "Done.")

    one, two = mailbox.delivered
    assert (one["Message-ID"], one["In-Reply-To"]) == (first.wire_id, "<first@example.org>")
    assert str(two["References"]).split() == ["<first@example.org>", first.wire_id]
    assert two["In-Reply-To"] == "<first@example.org>"
    assert marks.marked([str(two["Message-ID"])]) == (interaction.pk,)
    assert second.wire_id == email.message_id(second)


@pytest.mark.req("R-TMI-3")
def test_who_takes_part_is_heard_in_the_thread_as_long_as_they_do() -> None:
    interaction = an_interaction(verified())
    add_participant(interaction_id=interaction.pk, address="ana@example.net", actor=SYSTEM)
    to = f"care+{marks.mark(interaction.pk)}@localhost"

    heard = arrived(a_mail("Ana@example.net", to=to))
    apart = arrived(a_mail("bob@example.net", to=to))
    bob = add_participant(interaction_id=interaction.pk, address="bob@example.net", actor=SYSTEM)
    remove_participant(participant_id=bob.pk, actor=SYSTEM)
    still = arrived(a_mail("bob@example.net", subject="Again", to=to))

    assert heard.interaction_id == interaction.pk
    assert interaction.pk not in {apart.interaction_id, still.interaction_id}


@pytest.mark.req("R-TMI-4")
@pytest.mark.parametrize("way", ["message id", "mark"])
def test_a_stranger_who_quotes_our_mail_does_not_get_into_the_thread(
    way: str, mailbox: Mailbox
) -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()
    ours = answered(interaction)
    quoting: dict[str, Any] = (
        {"In_Reply_To": ours.wire_id}
        if way == "message id"
        else {"to": f"care+{marks.mark(interaction.pk)}@localhost"}
    )

    row = arrived(a_mail("stranger@example.net", body="Send me the bill.", **quoting))

    assert row.interaction_id != interaction.pk
    assert row.suggested_id == interaction.pk
    assert interaction.messages.filter(direction="inbound").count() == 1


def test_who_was_written_to_before_may_answer(mailbox: Mailbox) -> None:
    """A colleague of the customer who wrote in it once has a part in it from then on."""
    interaction = an_interaction()
    first = arrived(a_mail("friend@example.net"))
    Inbound.objects.filter(pk=first.pk).update(interaction=interaction)

    row = arrived(a_mail("friend@example.net", to=f"care+{marks.mark(interaction.pk)}@localhost"))

    assert row.interaction_id == interaction.pk


def test_a_number_in_the_subject_alone_proves_nothing() -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()

    arrived(a_mail("stranger@example.net", subject=f"Re: {interaction.reference}"))

    assert Interaction.objects.count() == 2


@pytest.mark.req("R-TMI-11")
def test_a_reply_satisfies_what_we_asked_and_an_absence_note_does_not(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()
    request = ask_customer(
        interaction_id=interaction.pk,
        question="Since when?",
        due_at=timezone.now() + timedelta(days=2),
        on_silence="call",
        actor=SYSTEM,
    )
    send_due(10)
    (ours,) = mailbox.ids()

    away = arrived(a_mail(body="I am away.", In_Reply_To=ours, Auto_Submitted="auto-replied"))
    request.refresh_from_db()
    assert (away.state, request.state) == ("filed", ResponseRequest.State.ASKED)
    assert away.message is not None
    assert away.message.automatic is True

    arrived(a_mail(body="Since Monday.", In_Reply_To=ours))
    request.refresh_from_db()
    assert request.state == ResponseRequest.State.ANSWERED


@pytest.mark.parametrize(
    ("_case", "mail", "code"),
    [
        ("newsletter", {"List_Id": "<news.example.org>"}, "machine"),
        ("absence note about nothing", {"Auto_Submitted": "auto-replied"}, "machine"),
        ("from ourselves", {"sender": "care@localhost"}, "loop"),
        ("through our own loop header", {"X_Loop": "care@localhost"}, "loop"),
        ("from nobody", {"sender": "undisclosed"}, "no-sender"),
    ],
)
def test_what_would_only_make_noise_is_held_back(
    _case: str, mail: dict[str, Any], code: str
) -> None:
    row = arrived(a_mail(mail.pop("sender", PRIYA), **mail))

    assert (row.state, row.code) == ("held", code)
    assert row.because
    assert Interaction.objects.exists() is False


def test_our_own_mail_that_comes_back_is_a_loop(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    answered(Interaction.objects.get())

    row = arrived(bytes(mailbox.delivered[0]).replace(b"care@localhost", PRIYA.encode()))

    assert (row.state, row.code) == ("held", "loop")


def test_a_flood_from_one_sender_is_held_back_and_others_are_not() -> None:
    baseline = slots.named("channel.email").baseline
    a_serving_version("channel.email", {**baseline, "per_sender_hour": 2})
    states = [arrived(a_mail(subject=f"No. {n}")).code for n in range(4)]

    assert states == ["", "", "flood", "flood"]
    assert arrived(a_mail("else@example.net")).state == "filed"


def test_a_machine_never_reopens_and_is_never_answered(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()
    ours = answered(interaction)
    complete(interaction_id=interaction.pk, outcome="resolved", actor=SYSTEM)
    before = len(mailbox.delivered)

    arrived(a_mail(body="I am away.", In_Reply_To=ours.wire_id, Auto_Submitted="auto-replied"))
    send_due(10)

    interaction.refresh_from_db()
    assert (interaction.status, len(mailbox.delivered)) == ("completed", before)


def test_a_person_who_writes_again_reopens_within_the_window(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()
    ours = answered(interaction)
    complete(interaction_id=interaction.pk, outcome="resolved", actor=SYSTEM)

    arrived(a_mail(body="It is dead again.", In_Reply_To=ours.wire_id))

    interaction.refresh_from_db()
    assert (interaction.status, interaction.reopened) == ("in_progress", 1)


def test_after_the_window_a_new_matter_follows_the_old_one(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    old = Interaction.objects.get()
    ours = answered(old)
    complete(interaction_id=old.pk, outcome="resolved", actor=SYSTEM)
    Interaction.objects.filter(pk=old.pk).update(completed_at=timezone.now() - timedelta(days=400))

    row = arrived(a_mail(body="It is dead again.", In_Reply_To=ours.wire_id))

    assert row.interaction_id != old.pk
    assert old.linked_from.get().interaction_id == row.interaction_id


@pytest.mark.req("R-CIM-17", "R-TMI-9")
def test_a_bounce_makes_the_address_unreachable_and_tells_the_owner(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    interaction = Interaction.objects.get()
    ours = answered(interaction)

    row = arrived(a_bounce(ours.wire_id))

    ours.refresh_from_db()
    assert (row.state, row.code, ours.state) == ("filed", "report", "failed")
    assert ContactMedium.objects.get().state == "unreachable"
    assert InteractionEvent.objects.filter(type="message_failed").count() == 1


def test_a_bounce_for_now_changes_nothing(mailbox: Mailbox) -> None:
    verified()
    arrived(a_mail())
    ours = answered(Interaction.objects.get())

    arrived(a_bounce(ours.wire_id, "4.4.1", "delayed"))

    ours.refresh_from_db()
    assert (ours.state, ContactMedium.objects.get().state) == ("sent", "verified")


def test_a_bounce_of_nothing_we_sent_is_held_back() -> None:
    row = arrived(a_bounce("<made-up@localhost>"))

    assert (row.state, row.code) == ("held", "report-of-nothing")


@pytest.mark.req("R-TMI-9")
def test_a_notice_that_bounces_goes_on_by_the_next_permitted_channel(
    mailbox: Mailbox, settings: Any
) -> None:
    settings.CRM_CHANNEL_SECRETS = {"CRM_CHANNEL_SMS_SECRET": "whsec_c2VjcmV0"}
    a_serving_version(
        "channel.sms",
        {"receives": True, "delivery": "gateway", "medium": "mobile", "url": "https://sms.example"},
    )
    customer = verified()
    a_medium(customer.party, "mobile", "+447700900123")
    interaction = an_interaction(customer)
    notice = queue_notice(
        interaction_id=interaction.pk,
        purpose="service",
        subject="Later",
        body="We need until Friday.",
        dedupe_key="t",
        actor=SYSTEM,
    )
    assert notice is not None
    send_due(10)
    notice.refresh_from_db()

    for _ in range(2):
        arrived(a_bounce(notice.wire_id))

    planned = Message.objects.get(channel="sms")
    assert (planned.state, planned.recipient) == ("queued", "+447700900123")
    assert (planned.body, planned.kind) == (notice.body, "notice")


def test_notices_leave_without_a_return_address_and_answers_with_one(mailbox: Mailbox) -> None:
    customer = verified()
    interaction = an_interaction(customer)
    queue_notice(
        interaction_id=interaction.pk,
        purpose="service",
        subject="s",
        body="b",
        dedupe_key="t",
        actor=SYSTEM,
    )
    answered(interaction)

    kinds = {
        (mail["Auto-Submitted"], envelope)
        for mail, envelope in zip(mailbox.delivered, mailbox.envelopes, strict=True)
    }
    assert kinds == {("auto-generated", "<>"), (None, "care@localhost")}


@pytest.mark.req("R-TMI-4")
def test_files_are_kept_with_what_they_are_and_harmful_ones_are_held() -> None:
    bill, page = b"%PDF-1.7\n%bill", b"<html><script>alert(1)</script></html>"
    files = (("bill.pdf", bill), ("bill.pdf.exe", b"MZ\x90"), ("see.txt", page))
    row = arrived(a_mail(files=files))

    found = {one.name: one for one in Attachment.objects.all()}
    assert {name: one.state for name, one in found.items()} == {
        "bill.pdf": "clear",
        "bill.pdf.exe": "held",
        "see.txt": "held",
    }
    kept = found["bill.pdf"]
    assert (bytes(kept.content), kept.size) == (bill, len(bill))
    assert (kept.digest, kept.message_id) == (hashlib.sha256(bill).hexdigest(), row.message_id)


def test_a_mail_that_can_not_be_read_is_held_and_the_others_are_filed() -> None:
    keep(channel="email", source="test", raw=b" ")
    keep(channel="email", source="test", raw=a_mail())

    file_due(10)

    assert set(Inbound.objects.values_list("state", "code")) == {
        ("held", "unreadable"),
        ("filed", ""),
    }


def test_something_no_worker_survives_is_held_after_five_times() -> None:
    row, _new = keep(channel="email", source="test", raw=a_mail())
    # As five workers left it: leased, counted, killed.
    Inbound.objects.filter(pk=row.pk).update(attempts=5)

    file_due(10)

    row.refresh_from_db()
    assert (row.state, row.code) == ("held", "failed")


def test_our_own_fault_is_tried_again_later_and_then_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_given: Any, **_named: Any) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr("interactions.processes.receive_message.filing.thread_of", broken)
    row, _new = keep(channel="email", source="test", raw=a_mail())
    for _ in range(5):
        Inbound.objects.update(available_at=timezone.now())
        file_due(10)

    row.refresh_from_db()
    assert (row.state, row.code, row.attempts) == ("held", "failed", 5)
    assert "no such thing" in row.because


def test_an_agent_who_replies_to_somebody_unknown_writes_where_they_wrote(
    mailbox: Mailbox,
) -> None:
    arrived(a_mail("stranger@example.net"))
    interaction = Interaction.objects.get()
    agent = an_agent(
        "interactions.view_interaction",
        "interactions.view_all_interactions",
        "interactions.update_interaction",
    )

    add_message(interaction_id=interaction.pk, body="Who are you?", actor=agent)
    send_due(10)

    assert [mail["To"] for mail in mailbox.delivered] == ["stranger@example.net"]


def test_a_carrier_can_not_say_which_customer_wrote() -> None:
    customer = a_customer()

    said("sms", number=customer.number, text="Hello", **{"from": "+447700900999"})
    said("app", number=customer.number, text="Hello")

    assert dict(Interaction.objects.values_list("channel", "customer_id")) == {
        "sms": None,
        "app": customer.pk,
    }
