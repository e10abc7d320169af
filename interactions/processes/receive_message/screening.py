"""What is not filed by itself: loops, floods, machines nobody asked, mails too large to take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from interactions.channels import email
from interactions.channels.contract import Incoming
from interactions.governed.channels import PER_SENDER_HOUR
from interactions.models import Inbound, Interaction, Message

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A stable code, and the sentence people read."""

    code: str
    because: str


def held_back(
    row: Inbound, incoming: Incoming, config: Mapping[str, Any], *, threaded: bool
) -> Held | None:
    """Why a person should look first; None for what is filed by itself."""
    if row.about.get("released"):
        return None
    if size := row.about.get("too_large"):
        return Held("too-large", _("Too large to take: %(n)d MB.") % {"n": size // 1024**2})
    if _is_our_own(row, incoming):
        return Held("loop", _("It is our own message that came back."))
    if row.channel == "email" and not incoming.sender:
        return Held("no-sender", _("It doesn't say who sent it."))
    if _too_many(row, incoming, int(config.get("per_sender_hour", PER_SENDER_HOUR))):
        return Held("flood", _("More than usual from this sender within an hour."))
    if incoming.machine and not threaded and not incoming.more.get("alarm"):
        return Held("machine", _("Written by a machine (%(sign)s).") % {"sign": incoming.machine})
    return None


def _is_our_own(row: Inbound, incoming: Incoming) -> bool:
    if row.channel != "email":
        return False
    if incoming.sender == email.own_address() or email.own_address() in str(
        incoming.more.get("loop", "")
    ):
        return True
    sent = Message.objects.filter(
        wire_id=incoming.wire_id, direction=Interaction.Direction.OUTBOUND
    )
    return bool(incoming.wire_id) and sent.exists()


def _too_many(row: Inbound, incoming: Incoming, most: int) -> bool:
    if not incoming.sender or incoming.more.get("alarm"):
        return False
    recent = Inbound.objects.filter(
        sender=incoming.sender, channel=row.channel, received_at__gt=timezone.now() - _HOUR
    ).exclude(pk=row.pk)
    return recent.count() >= most
