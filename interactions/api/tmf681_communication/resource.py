"""Messages partners ask us to send, as TMF681 shows them."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, F, Q, TextField, When
from django.db.models.functions import Coalesce

from crm.access import Actor
from crm.tmf.apis import Api, register
from crm.tmf.rendering import EXTRA, AsText, Cast, Instant, first_of, given, word
from crm.tmf.resource import Attribute, Caller, Change, Resource, kept
from crm.tmf.shapes import (
    ATTACHMENT,
    TEXT,
    Anything,
    Choice,
    Flag,
    Many,
    Moment,
    Number,
    Text,
    moment,
    obj,
    ref,
)
from customers.models import Customer
from interactions.channels.contract import Enclosure
from interactions.models import Communication, Message
from interactions.processes.receive_message import possible_senders
from interactions.processes.serve_partners import (
    ask_to_send,
    change_communication,
    remove_communication,
)

PATH = "/tmf-api/communicationManagement/v4/communicationMessage"
_State = Communication.State
_PARTY = ref("RelatedParty", "id", role=TEXT)
_SOMEBODY: Final = {"id": TEXT, "email": TEXT, "name": TEXT, "phoneNumber": TEXT, "party": _PARTY}
SENDER = obj("Sender", **_SOMEBODY)
RECEIVER = obj("Receiver", appUserId=TEXT, ip=TEXT, **_SOMEBODY)
CHARACTERISTIC = obj(
    "CommunicationCharacteristic", "name", "value",
    id=TEXT, name=TEXT, valueType=TEXT, value=Anything(),
)  # fmt: skip
KEPT: Final = (
    "content", "receiver", "sender", "messageType", "subject", "description", "priority",
    "logFlag", "scheduledSendTime", "sendTime", "sendTimeComplete", "tryTimes", "attachment",
    "characteristic", "@type", "@baseType", "@schemaLocation",
)  # fmt: skip


def _state() -> Any:
    """What became of the message; before that, what was said of it."""
    sent = Q(message__state__in=[Message.State.SENT, Message.State.DELIVERED])
    return Case(
        When(state=_State.CANCELLED, then=word("cancelled")),
        When(sent, then=word("completed")),
        When(message__state=Message.State.QUEUED, then=word("inProgress")),
        When(message__state__in=[Message.State.FAILED, Message.State.DROPPED], then=word("failed")),
        default=F("state"),
        output_field=TextField(),
    )


def create(body: dict[str, Any], caller: Caller) -> int:
    """POST: kept whoever it is for; sent only to a customer of ours who may be told."""
    customer = _customer(body, caller.actor)
    asked = ask_to_send(
        customer_id=customer.pk if customer else None,
        subject=str(body.get("subject") or ""),
        content=str(body["content"]),
        state=str(body.get("state") or _State.INITIAL),
        as_given=_kept(body),
        send_at=_moment(body),
        files=_files(body),
        actor=caller.actor,
    )
    return asked.pk


def update(pk: int, change: Change, caller: Caller) -> None:
    """PATCH: what is said about it; cancelling stops what has not left."""
    change_communication(
        communication_id=pk,
        as_given=_kept(change.after),
        cancelled="state" in change.changed and change.after.get("state") == _State.CANCELLED,
        send_at=_moment(change.after) if "scheduledSendTime" in change.changed else None,
        files=_files(change.after) if "attachment" in change.changed else None,
        expected_revision=change.expected_revision,
        actor=caller.actor,
    )


def remove(pk: int, caller: Caller) -> None:
    """DELETE."""
    remove_communication(communication_id=pk, actor=caller.actor)


def _customer(body: Mapping[str, Any], actor: Actor) -> Customer | None:
    """The one customer the first receiver names: by reference, else by an address of theirs."""
    receiver = (body.get("receiver") or [{}])[0]
    mine = Customer.objects.visible_to(actor).live()
    for said in ((receiver.get("party") or {}).get("id"), receiver.get("id")):
        try:
            public_id = UUID(str(said))
        except ValueError:
            continue
        if found := mine.filter(Q(public_id=public_id) | Q(party__public_id=public_id)).first():
            return found
    for channel, name in (("email", "email"), ("sms", "phoneNumber")):
        holders = possible_senders(channel, str(receiver.get(name) or ""))
        if len(holders) == 1:
            return mine.filter(pk=holders[0]).first()
    return None


def _moment(body: Mapping[str, Any]) -> datetime | None:
    said = body.get("scheduledSendTime")
    return moment(str(said)) if said else None


def _files(body: Mapping[str, Any]) -> list[Enclosure]:
    """Files given by value; what is only linked to is kept as given and fetched by nobody."""
    found = []
    for number, one in enumerate(body.get("attachment") or (), start=1):
        if not one.get("content"):
            continue
        # What it declares is checked at the door.
        content = b64decode(str(one["content"]))
        name = str(one.get("name") or "").replace("\\", "/").rpartition("/")[2]
        found.append(
            Enclosure(name or f"attachment-{number}", str(one.get("mimeType") or ""), content)
        )
    return found


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    known = COMMUNICATION.by_name.keys() | {"id", "href"}
    further = {name: value for name, value in body.items() if name not in known}
    found = {name: body[name] for name in KEPT if name in body}
    return found | ({EXTRA: further} if further else {})


COMMUNICATION = Resource(
    path=PATH,
    title="CommunicationMessage",
    model=Communication,
    visible=Communication.objects.visible_to,
    view_permissions=("interactions.view_interaction", "interactions.view_all_interactions"),
    view_all="interactions.view_all_interactions",
    subject="interaction",
    attributes=(
        kept("content", Text(100_000), required=True, always=True),
        kept("receiver", Many(RECEIVER, most=100), required=True, always=True),
        kept("sender", SENDER, required=True, always=True),
        kept("messageType", required=True, always=True),
        Attribute("state", _state(), Choice(tuple(_State.values)), always=True),
        kept("subject", Text(250)),
        kept("description"),
        kept("priority"),
        kept("logFlag", Flag()),
        kept("scheduledSendTime", Moment()),
        Attribute(
            "sendTime",
            first_of(Instant(F("message__sent_at")), given("sendTime", text=True)),
            Moment(),
        ),
        Attribute(
            "sendTimeComplete",
            first_of(Instant(F("message__delivered_at")), given("sendTimeComplete", text=True)),
            Moment(),
        ),
        Attribute(
            "tryTimes",
            Coalesce(
                Cast(AsText(F("message__attempts")), "numeric"),
                Cast(given("tryTimes", text=True), "numeric"),
            ),
            Number(whole=True, least=0),
            json=True,
        ),
        kept("attachment", Many(ATTACHMENT)),
        kept("characteristic", Many(CHARACTERISTIC)),
        Attribute(
            "@type", first_of(given("@type", text=True), word("CommunicationMessage")), always=True
        ),
        kept("@baseType"),
        kept("@schemaLocation"),
    ),
    create=create,
    update=update,
    remove=remove,
)

TMF681 = register(
    Api(
        number=681,
        path="communicationManagement/v4",
        title="Communication Management",
        resources=(COMMUNICATION,),
    )
)
