"""The desk's words and icons for channels, promises, outcomes and steps of the timeline."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from interactions.models import Interaction, SlaClock

Text = str | Promise

CHANNELS: Final[Mapping[str, tuple[Text, str]]] = {
    "phone": (_("Phone"), "phone"),
    "email": (_("E-mail"), "mail"),
    "web": (_("Web form"), "world"),
    "chat": (_("Chat"), "message-dots"),
    "sms": (_("SMS"), "message-2"),
    "whatsapp": (_("WhatsApp"), "brand-whatsapp"),
    "shop": (_("Shop"), "building-store"),
    "letter": (_("Letter"), "mailbox"),
    "social": (_("Social media"), "affiliate"),
    "app": (_("App"), "device-mobile"),
    "api": (_("Partner"), "plug-connected-x"),
}
VERTICALS: Final[Mapping[str, Text]] = {
    "fulfilment": _("Fulfilment"),
    "assurance": _("Assurance"),
    "billing": _("Billing"),
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "resolved": _("Solved"),
    "explained": _("Explained"),
    "credited": _("Credited"),
    "referred": _("Referred"),
    "no-answer": _("No answer"),
    "withdrawn": _("Withdrawn by the customer"),
    "not-resolved": _("Not solved"),
}
INFORMED_BY: Final[Mapping[str, Text]] = {
    "phone": _("By phone"),
    "email": _("By e-mail"),
    "chat": _("In the chat"),
    "sms": _("By SMS"),
    "letter": _("By letter"),
    "in-person": _("In person"),
    "web": _("In the portal"),
    "app": _("In the app"),
    "api": _("Through a partner"),
    "impossible": _("It was impossible"),
}
# "First reply", "Fix": what the customer was promised, as the desk calls it.
TARGETS: Final[Mapping[str, Text]] = dict(SlaClock.Target.choices)
STATUS_TONES: Final[Mapping[str, tuple[str, str]]] = {
    Interaction.Status.LOGGED: ("", "circle-dashed"),
    Interaction.Status.IN_PROGRESS: ("info", "progress"),
    Interaction.Status.WAITING_CUSTOMER: ("hold", "player-pause"),
    Interaction.Status.WAITING_INTERNAL: ("hold", "hourglass-low"),
    Interaction.Status.WAITING_PARTNER: ("hold", "hourglass-low"),
    Interaction.Status.COMPLETED: ("ok", "check"),
    Interaction.Status.CLOSED: ("ok", "circle-check"),
    Interaction.Status.CANCELLED: ("", "x"),
    Interaction.Status.MERGED: ("", "git-merge"),
}


def channel(key: str) -> str:
    """A channel as people call it; an unknown one as it is written."""
    return str(CHANNELS[key][0]) if key in CHANNELS else key


def slice_value(dimension: str, value: object) -> str:
    """One value of a dimension that figures are cut by, in words."""
    if dimension == "channel":
        return channel(str(value))
    return str(VERTICALS.get(str(value), value)) if dimension == "vertical" else str(value)


def channel_icon(key: str) -> str:
    return CHANNELS[key][1] if key in CHANNELS else "message-dots"


def verticals(keys: list[str]) -> str:
    return ", ".join(str(VERTICALS.get(key, key)) for key in keys)


def outcome(key: str) -> str:
    return str(OUTCOMES.get(key, key))


def informed_by(key: str) -> str:
    return str(INFORMED_BY.get(key, key))


def target(key: str) -> str:
    return str(TARGETS.get(key, key))


def visit(said: Mapping[str, str] | None) -> str:
    """Where in the shop it was said: which one, at which desk, under which number."""
    words = ((said or {}).get(name, "") for name in ("store", "desk", "ticket"))
    return " · ".join(filter(None, words))
