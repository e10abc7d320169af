"""One suite for every channel: create, reply, attach, thread, twice, close, consent, SLA, off."""

import itertools
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM, Actor
from crm.errors import RuleBroken
from customers.models import Customer
from customers.processes.manage_consent import record_consent
from interactions.channels import adapter_of, marks
from interactions.channels.contract import Enclosure
from interactions.channels.smpp import pdu
from interactions.governed import CHANNELS
from interactions.governed.channels import TAKES_FILES
from interactions.models import Attachment, Inbound, Interaction, Message
from interactions.processes.close_interaction import close, complete
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer import send_due
from interactions.processes.receive_message import collect, file_due
from interactions.processes.receive_message.enclosing import enclose
from interactions.processes.receive_message.texting import _keep_once
from interactions.processes.update_interaction import add_message
from readiness.models import CapabilityVersion
from readiness.registry import slots
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.channels.providers import SECRETS, Gateway, a_gateway, pushed
from tests.interactions.factories import a_worker, the_clock
from tests.interactions.imap_server import Folder, an_imap_server
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.interactions.mails import a_mail
from tests.interactions.smsc import Smsc, a_delivery, an_smsc
from tests.readiness.factories import a_serving_version

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.enable_socket,
    pytest.mark.req("R-TMI-4"),
]
ADDRESSES = {
    "email": ("email", "priya@example.org"),
    "web": ("email", "priya@example.org"),
    "sms": ("mobile", "+447700900123"),
    "whatsapp": ("mobile", "+447700900123"),
    "phone": ("mobile", "+447700900123"),
    "social": ("social", "@priya"),
}
CARRIED = {"email", "sms", "whatsapp", "social"}
FILE = b"%PDF-1.7 bill"


@dataclass
class Outside:
    """The world as one channel sees it: the real door in, and what reached the other side."""

    channel: str
    # Which door it comes in by, where a channel has more than one.
    door: str
    customer: Customer
    folder: Folder
    mailbox: Mailbox
    gateway: Gateway
    smsc: Smsc = field(default_factory=Smsc)
    count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def says(
        self, text: str, *, answering: Message | None = None, id: str = "", file: bool = False
    ) -> int:
        """The customer says something on this channel; returns what the door answered."""
        identity = id or f"m-{next(self.count)}"
        if self.door == "smpp":
            return self._texts(text)
        if self.channel == "email":
            return self._mails(text, answering, identity, file)
        body: dict[str, Any] = {"id": identity, "text": text}
        kind_and_address = ADDRESSES.get(self.channel)
        if kind_and_address:
            body["from"] = kind_and_address[1]
        else:
            body["number"] = self.customer.number
        if answering is not None:
            body["thread"] = marks.mark(answering.interaction_id)
        if file:
            body["attachments"] = [{"name": "bill.pdf", "content": b64encode(FILE).decode()}]
        answer = pushed(self.channel, body)
        file_due(20)
        return int(answer.status_code)

    def _texts(self, text: str) -> int:
        """As the receiver of texts keeps it; what it can't keep, the SMS centre keeps."""
        came = pdu.delivered(a_delivery(text.encode(), sender="447700900123"))
        try:
            _keep_once([came])
        except RuleBroken:
            return 503
        file_due(20)
        return 202

    def _mails(self, text: str, answering: Message | None, identity: str, file: bool) -> int:
        headers: dict[str, Any] = {"message_id": f"<{identity}@example.org>"}
        if answering is not None:
            headers["In_Reply_To"] = answering.wire_id
        mail = a_mail(body=text, files=(("bill.pdf", FILE),) if file else (), **headers)
        if self.door == "hook":
            answer = pushed("email", {"raw": b64encode(mail).decode()})
            file_due(20)
            return int(answer.status_code)
        if mail not in self.folder.mails.values():
            self.folder.put(mail)
        collect("care")
        file_due(20)
        return 202

    def got(self) -> list[tuple[str, bytes]]:
        """Every file that reached the customer through a carrier."""
        mails = [
            (str(part.get_filename()), bytes(part.get_content()))
            for mail in self.mailbox.delivered
            for part in mail.iter_attachments()
        ]
        sent = [file for body in self.gateway.taken for file in body.get("attachments", ())]
        return mails + [(one["name"], b64decode(one["content"])) for one in sent]

    def heard(self) -> list[str]:
        """Every text that reached the customer through a carrier."""
        said = [mail.get_body(("plain",)) for mail in self.mailbox.delivered]
        mails = [part.get_content().strip() for part in said if part]
        texts = [bytes(one["text"]).decode() for one in self.smsc.taken]  # type: ignore[call-overload]  # octets
        return mails + texts + [body["text"] for body in self.gateway.taken]

    def off(self) -> None:
        self._state("suspended")

    def on(self) -> None:
        self._state("general_availability")

    def _state(self, state: str) -> None:
        CapabilityVersion.objects.filter(
            slot__key=f"channel.{self.channel}",
            state__in=["suspended", "general_availability"],
        ).update(state=state)
        forget_snapshot()


@pytest.fixture(params=[*sorted(CHANNELS), "email by hook", "sms by smpp"])
def outside(request: pytest.FixtureRequest, plain: None, settings: Any) -> Iterator[Outside]:
    channel, _by, door = request.param.partition(" by ")
    party = a_party()
    if channel in ADDRESSES:
        kind, address = ADDRESSES[channel]
        a_medium(party, kind, address, state="verified", verified_at=timezone.now())
    with ExitStack() as stack:
        world = Outside(channel, door, a_customer(party=party), Folder(), Mailbox(), Gateway())
        settings.CRM_CHANNEL_SECRETS = SECRETS
        if channel == "email":
            world.folder = stack.enter_context(an_imap_server())
            world.mailbox = stack.enter_context(a_mailbox())
            settings.CRM_MAILBOXES = {"care": world.folder.url}
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", world.mailbox.port
        elif door == "smpp":
            world.smsc = stack.enter_context(an_smsc())
            settings.CRM_SMPP_URL = world.smsc.url
            baseline = slots.named("channel.sms").baseline
            a_serving_version("channel.sms", {**baseline, "delivery": "smpp"})
        elif channel in CARRIED:
            world.gateway = stack.enter_context(a_gateway())
            baseline = slots.named(f"channel.{channel}").baseline
            a_serving_version(
                f"channel.{channel}", {**baseline, "delivery": "gateway", "url": world.gateway.url}
            )
        yield world


def replied(
    world: Outside, body: str = "We look into it.", *, actor: Actor = SYSTEM, file: bool = False
) -> Message:
    """Our answer, delivered as the channel delivers."""
    interaction = Interaction.objects.get()
    message = add_message(
        interaction_id=interaction.pk, body=body, channel=world.channel, actor=actor
    )
    if file:
        enclose(message, [Enclosure("plan.pdf", "application/pdf", FILE)])
    send_due(20)
    message.refresh_from_db()
    return message


def test_it_creates_replies_attaches_threads_and_keeps_the_promise(outside: Outside) -> None:
    has_files = outside.door != "smpp"
    assert outside.says("My line is dead.", file=has_files) == 202
    interaction = Interaction.objects.get()
    created = (interaction.channel, interaction.customer_id, interaction.status)
    clock = the_clock(interaction, "first_response")

    ours = replied(outside)
    outside.says("Thank you.", answering=ours)

    assert created == (outside.channel, outside.customer.pk, "logged")
    assert interaction.capability_version is not None
    assert interaction.capability_version.slot.key == f"channel.{outside.channel}"
    files = [(one.name, bytes(one.content)) for one in Attachment.objects.all()]
    assert files == ([("bill.pdf", FILE)] if has_files else [])
    assert ours.state == "sent"
    assert outside.heard() == (["We look into it."] if outside.channel in CARRIED else [])
    clock.refresh_from_db()
    # SYSTEM is no person: only a person's answer meets the promise of a first reply.
    assert (clock.capability_version.slot.key, clock.stopped_at) == ("sla.policy", None)
    assert Interaction.objects.count() == 1
    assert list(
        interaction.messages.filter(direction="inbound")
        .order_by("pk")
        .values_list("body", flat=True)
    ) == ["My line is dead.", "Thank you."]


@pytest.mark.req("R-TMI-5")
def test_a_persons_answer_stops_the_clock_of_the_first_reply(outside: Outside) -> None:
    outside.says("My line is dead.")
    clock = the_clock(Interaction.objects.get(), "first_response")

    replied(outside, actor=a_worker())

    before = clock.stopped_at
    clock.refresh_from_db()
    assert (before, clock.stopped_at is None) == (None, False)


def test_a_file_goes_along_where_the_channel_takes_files(outside: Outside) -> None:
    outside.says("Where is the cable?")

    replied(outside, file=True)

    takes = outside.channel in TAKES_FILES
    assert outside.got() == ([("plan.pdf", FILE)] if takes else [])


@pytest.mark.req("R-TMI-3")
def test_delivered_twice_it_is_one(outside: Outside) -> None:
    for _ in range(2):
        outside.says("My line is dead.", id="same")

    assert (Interaction.objects.count(), Message.objects.count()) == (1, 1)


def test_it_closes_and_a_person_who_says_more_reopens_it(outside: Outside) -> None:
    if outside.door == "smpp":
        pytest.skip("A text names nothing it answers: after the end it is a matter of its own.")
    outside.says("My line is dead.")
    ours = replied(outside)
    (interaction,) = Interaction.objects.all()
    complete(interaction_id=interaction.pk, outcome="resolved", actor=SYSTEM)
    close(interaction_id=interaction.pk, informed_by="phone", actor=SYSTEM)

    outside.says("It is dead again.", answering=ours)

    interaction.refresh_from_db()
    assert (interaction.status, interaction.reopened) == ("in_progress", 1)


@pytest.mark.req("R-CIM-18")
def test_who_said_no_is_not_written_to(outside: Outside) -> None:
    outside.says("My line is dead.")
    record_consent(
        party_id=outside.customer.party_id or 0,
        purpose_key="service",
        given=False,
        source="test",
        actor=SYSTEM,
    )

    if outside.channel in CARRIED:
        with pytest.raises(RuleBroken, match="written to"):
            replied(outside)
    else:
        # They are in front of us, or look at the page: nothing is sent anywhere.
        assert replied(outside).state == "sent"
    assert outside.heard() == []


def test_switched_off_it_takes_nothing_in_sends_nothing_and_loses_nothing(
    outside: Outside,
) -> None:
    outside.says("My line is dead.")
    (interaction,) = Interaction.objects.all()
    message = add_message(
        interaction_id=interaction.pk, body="Later.", channel=outside.channel, actor=SYSTEM
    )
    outside.off()

    refused = outside.says("Hello?", id="while-off")
    send_due(20)

    # What is in a mailbox stays there; whoever pushes keeps it and pushes again.
    mailbox = outside.channel == "email" and not outside.door
    assert refused == (202 if mailbox else 503)
    assert (Inbound.objects.count(), outside.heard()) == (1, [])
    with pytest.raises(RuleBroken) as told:
        log_interaction(customer_id=None, channel=outside.channel, subject="x", actor=SYSTEM)
    assert told.value.code == "channel-off"

    outside.on()
    Message.objects.update(available_at=timezone.now())
    outside.says("Hello?", id="while-off")
    send_due(20)
    message.refresh_from_db()
    assert Inbound.objects.count() == 2
    assert message.state == "sent"
    assert outside.heard() == (["Later."] if outside.channel in CARRIED else [])


def test_a_channel_nobody_declared_has_no_adapter_and_no_door(settings: Any, plain: None) -> None:
    settings.CRM_CHANNEL_SECRETS = SECRETS | {
        "CRM_CHANNEL_FAX_HOOK_SECRET": SECRETS["CRM_CHANNEL_SMS_HOOK_SECRET"]
    }

    assert pushed("fax", {"id": "1"}).json()["code"] == "unknown-channel"
    assert pushed("pigeon", {"id": "1"}).status_code == 401
    with pytest.raises(KeyError):
        adapter_of("fax")


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_every_adapter_has_the_three_functions_of_the_contract(channel: str) -> None:
    adapter = adapter_of(channel)

    assert all(callable(getattr(adapter, name)) for name in ("read", "send", "why_not"))
