"""Names and shapes of TMF683 interactions on their way into the processes; no rules here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from crm.access import Actor
from crm.tmf.rendering import EXTRA
from crm.tmf.resource import Resource
from crm.tmf.shapes import moment
from customers.models import Customer
from interactions.governed import CHANNELS
from interactions.models import Interaction, Reason
from readiness.registry.resolve import CapabilityOff, resolve

_Status = Interaction.Status
# The word TMF683 has for each of our states.
WORDS: Mapping[str, str] = {
    _Status.LOGGED: "opened",
    _Status.IN_PROGRESS: "inProgress",
    _Status.WAITING_CUSTOMER: "inProgress",
    _Status.WAITING_INTERNAL: "inProgress",
    _Status.WAITING_PARTNER: "inProgress",
    _Status.COMPLETED: "completed",
    _Status.CLOSED: "completed",
    _Status.CANCELLED: "cancelled",
    _Status.MERGED: "merged",
}
# What partners write, without case and punctuation; any other word is kept and means "opened".
_STATUS = {
    "inprogress": _Status.IN_PROGRESS,
    "ongoing": _Status.IN_PROGRESS,
    "pending": _Status.IN_PROGRESS,
    "active": _Status.IN_PROGRESS,
    "completed": _Status.COMPLETED,
    "complete": _Status.COMPLETED,
    "done": _Status.COMPLETED,
    "resolved": _Status.COMPLETED,
    "closed": _Status.COMPLETED,
    "cancelled": _Status.CANCELLED,
    "canceled": _Status.CANCELLED,
}
_CHANNELS = {
    "phone": ("phone", "call", "voice", "ivr", "telephone"),
    "email": ("mail",),
    "sms": ("sms", "text message"),
    "chat": ("chat", "messenger", "whatsapp"),
    "shop": ("shop", "store", "retail", "branch", "walk"),
    "letter": ("letter", "post"),
    "social": ("social", "facebook", "twitter", "instagram"),
    "app": ("app", "mobile"),
    "web": ("web", "portal", "online", "self"),
}
UNKNOWN_CHANNEL = "api"
STATUS_WORD = "statusWord"
PARTICIPANT = "InteractionParticipant"
# A contact reported for an instant further back keeps that instant as given, and counts as told
# now: no promise can be reckoned from it.
_OLDEST = timedelta(days=5 * 366)


def _plain(text: Any) -> str:
    return "".join(letter for letter in str(text or "").lower() if letter.isalnum())


def status_of(body: Mapping[str, Any]) -> str:
    return str(_STATUS.get(_plain(body.get("status")), _Status.LOGGED))


def direction_of(body: Mapping[str, Any]) -> str:
    """`outbound…` and its like; everything else came from the customer."""
    outward = _plain(body.get("direction")).startswith("out")
    return str(Interaction.Direction.OUTBOUND if outward else Interaction.Direction.INBOUND)


def channel_of(body: Mapping[str, Any]) -> str:
    """Our channel for the first one named, when it is known and in use; else that of partners."""
    first = (body.get("channel") or [{}])[0]
    for said in (first.get("id"), first.get("name")):
        word = str(said or "").lower().replace("-", "").replace("_", " ")
        for key, marks in _CHANNELS.items():
            if word == key or any(mark in word for mark in marks):
                return key if _in_use(key) else UNKNOWN_CHANNEL
    return UNKNOWN_CHANNEL


def _in_use(channel: str) -> bool:
    try:
        return bool(resolve(CHANNELS[channel].key).config["receives"])
    except CapabilityOff:
        return False


def reason_key(body: Mapping[str, Any]) -> str:
    """The coded reason the words name, if there is one."""
    said = str(body.get("reason") or "").strip()
    found = Reason.objects.filter(Q(key__iexact=said) | Q(name__iexact=said), active=True)
    return found.values_list("key", flat=True).first() or ""


def subject_of(body: Mapping[str, Any]) -> str:
    return " ".join(str(body.get("reason") or "").split()) or "Contact"


def occurred_at(body: Mapping[str, Any]) -> datetime | None:
    said = (body.get("interactionDate") or {}).get("startDateTime")
    try:
        found = moment(str(said))
        recent = timezone.now() - _OLDEST < found <= timezone.now()
    except (TypeError, ValueError, OverflowError):
        return None
    return found if recent else None


def customer_of(body: Mapping[str, Any], actor: Actor) -> Customer | None:
    """The customer a related party names: by role or type first, by being one of ours else."""
    parties = body.get("relatedParty") or []
    named = [one for one in parties if _names_customer(one)]
    for one in [*named, *(one for one in parties if one not in named)]:
        try:
            public_id = UUID(str(one.get("id")))
        except ValueError:
            continue
        mine = Customer.objects.visible_to(actor).live()
        found = mine.filter(Q(public_id=public_id) | Q(party__public_id=public_id)).first()
        if found:
            return found
    return None


def of_the_document(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The related parties a document says itself, without those that we added to it."""
    parties = body.get("relatedParty") or []
    return [dict(one) for one in parties if one.get("@referredType") != PARTICIPANT]


def others_named(body: Mapping[str, Any], customer: Customer | None) -> list[dict[str, Any]]:
    """Those who may be a party we know: most documents name the customer and nobody else."""
    mine = str(customer.public_id) if customer else ""
    return [
        one for one in of_the_document(body) if _is_uuid(one.get("id")) and one.get("id") != mine
    ]


def _is_uuid(text: Any) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


def _names_customer(party: Mapping[str, Any]) -> bool:
    words = {_plain(party.get("role")), _plain(party.get("@referredType"))}
    return bool(words & {"customer", "caller", "subscriber"})


def as_given(resource: Resource, body: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What is kept as it was said, with the word our state had then."""
    known = resource.by_name.keys() | {"id", "href"}
    further = {name: value for name, value in body.items() if name not in known}
    found = {name: body[name] for name in names if name in body}
    if "relatedParty" in found:
        found["relatedParty"] = of_the_document(body)
    found[STATUS_WORD] = WORDS[status_of(body)]
    return found | ({EXTRA: further} if further else {})
