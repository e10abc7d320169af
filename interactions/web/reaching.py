"""On which channels an answer may leave, and why or why not, before anybody writes it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from customers.reads import may_contact
from interactions.governed import CHANNELS
from interactions.models import Interaction
from interactions.processes.notify_customer.queueing import SERVICE, deliverable, reach
from interactions.web import wording
from readiness.registry.resolve import CapabilityOff, resolve


@dataclass(frozen=True, slots=True)
class Way:
    """One channel with the sentence that allows it, or the one that doesn't."""

    channel: str
    label: str
    allowed: bool
    because: str
    chosen: bool


def ways(one: Interaction) -> list[Way]:
    """Delivered channels first, then those on which a person speaks."""
    contact = reach(one, SERVICE)
    chosen = contact.channel if contact else ""
    found = []
    for channel in deliverable(one):
        name = wording.channel(channel)
        if contact and contact.channel == channel and contact.medium:
            label = _("%(channel)s to %(address)s") % {
                "channel": name,
                "address": masked(contact.medium.value),
            }
            found.append(Way(channel, label, True, contact.because, True))
        else:
            label = _("%(channel)s, not possible") % {"channel": name}
            found.append(Way(channel, label, False, _why_not(one, channel), False))
    for channel in _by_hand(one):
        label = _("%(channel)s, by yourself") % {"channel": wording.channel(channel)}
        mine = not chosen and channel == (one.channel if one.channel in CHANNELS else "phone")
        found.append(
            Way(channel, label, True, _("You tell the customer; this keeps what you said."), mine)
        )
    return found


def _why_not(one: Interaction, channel: str) -> str:
    if one.customer is None or one.customer.party_id is None:
        return _("The customer is not known yet.")
    return may_contact(party_id=one.customer.party_id, purpose=SERVICE, channel=channel).because


def _by_hand(one: Interaction) -> list[str]:
    found = []
    for channel, slot in CHANNELS.items():
        try:
            serving = resolve(slot.key, unit=str(one.public_id))
        except CapabilityOff:
            continue
        if serving.config["delivery"] == "by-hand":
            found.append(channel)
    return found


def masked(address: str) -> str:
    """An address as a reminder, not as data: "a…@example.org", "…318"."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"…{address[-3:]}"
