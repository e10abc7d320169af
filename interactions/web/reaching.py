"""On which channels an answer may leave, and why or why not, before anybody writes it."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from customers.contactability import Reachability
from customers.reads import may_contact
from interactions.governed import CHANNELS
from interactions.models import Interaction
from interactions.processes.notify_customer.queueing import (
    SERVICE,
    deliverable,
    reach,
    window_closed,
)
from interactions.web import wording
from readiness.registry.resolve import CapabilityOff, resolve

# Whoever wrote there may be looking at the page now.
_LIVE = frozenset(["chat", "app"])


@dataclass(frozen=True, slots=True)
class Way:
    """One channel with the sentence that allows it, or the one that doesn't."""

    channel: str
    label: str
    allowed: bool
    because: str
    chosen: bool


def ways(one: Interaction) -> list[Way]:
    """Delivered channels first, then the page where they wrote, then what a person says."""
    party_id = one.customer.party_id if one.customer else None
    known = Reachability([party_id], SERVICE) if party_id is not None else None
    preferred = reach(one, SERVICE, known=known)
    pages = on_page(one)
    live = next((channel for channel in pages if channel in _LIVE), "")
    chosen = live or (preferred.channel if preferred else "") or next(iter(pages), "")
    found = [_delivered(one, channel, chosen, known) for channel in deliverable(one)]
    for channel in pages:
        label = _("%(channel)s, on their page") % {"channel": wording.channel(channel)}
        because = _("They read it where they wrote.")
        found.append(Way(channel, label, True, because, channel == chosen))
    for channel in _served(one, "by-hand"):
        label = _("%(channel)s, by yourself") % {"channel": wording.channel(channel)}
        mine = not chosen and channel == (one.channel if one.channel in CHANNELS else "phone")
        found.append(
            Way(channel, label, True, _("You tell the customer; this keeps what you said."), mine)
        )
    return found if any(way.chosen for way in found) else _first_open(found)


def _first_open(found: list[Way]) -> list[Way]:
    """With nothing to prefer, what the list stands at by itself."""
    first = next((way for way in found if way.allowed), None)
    return [replace(way, chosen=way is first) for way in found]


def _delivered(one: Interaction, channel: str, chosen: str, known: Reachability | None) -> Way:
    name = wording.channel(channel)
    contact = reach(one, SERVICE, channel, known=known)
    if contact is None or contact.medium is None:
        label = _("%(channel)s, not possible") % {"channel": name}
        return Way(channel, label, False, _why_not(one, channel), False)
    if window_closed(one, channel):
        label = _("%(channel)s, not possible") % {"channel": name}
        because = _("Their last message is too old for a free answer. Send a notice first.")
        return Way(channel, label, False, because, False)
    label = _("%(channel)s to %(address)s") % {
        "channel": name,
        "address": masked(contact.medium.value),
    }
    return Way(channel, label, True, contact.because, channel == chosen)


def on_page(one: Interaction) -> list[str]:
    """The pages of ours on which they wrote in this matter."""
    heard = one.messages.filter(direction=Interaction.Direction.INBOUND)
    wrote = {one.channel, *heard.values_list("channel", flat=True).distinct()}
    return [channel for channel in _served(one, "on-page") if channel in wrote]


def _why_not(one: Interaction, channel: str) -> str:
    if one.customer is None or one.customer.party_id is None:
        return _("The customer is not known yet.")
    return may_contact(party_id=one.customer.party_id, purpose=SERVICE, channel=channel).because


def _served(one: Interaction, delivery: str) -> list[str]:
    found = []
    for channel, slot in CHANNELS.items():
        try:
            serving = resolve(slot.key, unit=str(one.public_id))
        except CapabilityOff:
            continue
        if serving.config["delivery"] == delivery:
            found.append(channel)
    return found


def masked(address: str) -> str:
    """An address as a reminder, not as data: "a…@example.org", "…318"."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"…{address[-3:]}"
