"""Manage Request: customers write, look and answer by themselves, through links only they get."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.often import once_more
from interactions.channels import marks
from interactions.channels.contract import Incoming
from interactions.models import Inbound, Interaction, Message, PortalLink
from interactions.processes.notify_customer import queue_notice
from interactions.processes.receive_message.filing import file_now
from interactions.processes.receive_message.keeping import keep
from interactions.processes.receive_message.senders import customer_at

ETOM = "1.3.5.9"

WRITTEN_ON: Final = ("web", "chat", "app")
_GOOD_FOR: Final = timedelta(hours=24)
_PER_PLACE: Final = 10
_PER_ADDRESS: Final = 3


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the conversation as the customer sees it."""

    ours: bool
    at: datetime
    text: str


def may_write(place: str, address: str) -> bool:
    """Whether this place, or this address, may write to us once more this hour.

    Without the cache everybody may: the limit protects us, it is no rule.
    """
    return once_more(
        "public", ("place", place, _PER_PLACE), ("address", address.casefold(), _PER_ADDRESS)
    )


def write_first(
    *, channel: str, once: str, email: str, name: str, text: str, reason: str = ""
) -> Inbound:
    """What somebody wrote on our page; sent twice with the same `once`, it is one."""
    body = {
        "id": once,
        "from": email,
        "name": name,
        "text": text,
        "reason": reason,
        "conversation": f"page:{once}",
    }
    row, new = keep(channel=channel, source="page", raw=orjson.dumps(body))
    if new:
        file_now(row.pk)
    row.refresh_from_db()
    return row


def write_on(*, interaction: Interaction, once: str, text: str) -> Inbound:
    """What a customer adds to their own matter, on the page their link opened."""
    channel = interaction.channel if interaction.channel in WRITTEN_ON else "web"
    body = {"id": once, "text": text, "thread": marks.mark(interaction.pk)}
    row, new = keep(
        channel=channel,
        source="page",
        raw=orjson.dumps(body),
        about={"interaction": interaction.pk, "customer": interaction.customer_id},
    )
    if new:
        file_now(row.pk)
    row.refresh_from_db()
    return row


def ask_for_link(*, email: str) -> None:
    """Note that somebody wants to see their matter: the worker looks the address up, not the page.

    So neither the answer nor its time tells whether we know the address.
    """
    body = {"type": "link", "id": secrets.token_hex(16), "from": email}
    keep(channel="web", source="page", raw=orjson.dumps(body))


def answer_link_request(row: Inbound, incoming: Incoming) -> None:
    """Send the link to the address on record, for the newest open matter; to nobody else."""
    customer_id = customer_at("web", incoming.sender)
    if customer_id is None:
        return
    matter = Interaction.objects.open().filter(customer=customer_id, removed_at=None)
    newest = matter.order_by("-opened_at").first()
    if newest is None:
        return
    row.interaction_id = newest.pk
    send_link(interaction=newest, dedupe_key=f"portal:{row.public_id}")


@transaction.atomic
def send_link(*, interaction: Interaction, dedupe_key: str) -> Message | None:
    """Mail a way in that works once, to where the customer may be written to."""
    if known := Message.objects.filter(dedupe_key=dedupe_key).first():
        return known
    link = settings.CRM_PUBLIC_URL.rstrip("/") + reverse(
        "interactions:mine_open", args=[make_link(interaction)]
    )
    return queue_notice(
        interaction_id=interaction.pk,
        purpose="service",
        subject=_("%(reference)s: your link") % {"reference": interaction.reference},
        body=_("Here you can read and answer. The link works once, for a day:\n\n%(link)s")
        % {"link": link},
        dedupe_key=dedupe_key,
        actor=SYSTEM,
    )


def make_link(interaction: Interaction) -> str:
    """A new token for one interaction; we keep only its digest."""
    token = secrets.token_urlsafe(24)
    PortalLink.objects.create(
        interaction=interaction, digest=_digest(token), expires_at=timezone.now() + _GOOD_FOR
    )
    return token


def is_good(token: str) -> bool:
    """Whether a link could still be opened; looking does not use it up."""
    now = timezone.now()
    return PortalLink.objects.filter(
        digest=_digest(token), used_at=None, expires_at__gt=now
    ).exists()


def open_link(token: str) -> Interaction:
    """The interaction a link leads to; whoever opens it first uses it up."""
    now = timezone.now()
    good = PortalLink.objects.filter(digest=_digest(token), used_at=None, expires_at__gt=now)
    if not good.update(used_at=now):
        raise RuleBroken("link-used", _("This link was used or is too old. Ask for a new one."))
    return PortalLink.objects.select_related("interaction").get(digest=_digest(token)).interaction


def conversation(interaction: Interaction) -> list[Said]:
    """What was said to each other, oldest first; what they see now has reached them."""
    seen = interaction.messages.filter(
        kind__in=[Message.Kind.PUBLIC, Message.Kind.NOTICE], automatic=False
    ).exclude(state__in=[Message.State.DROPPED, Message.State.FAILED])
    ours = seen.filter(
        direction=Interaction.Direction.OUTBOUND,
        channel__in=WRITTEN_ON,
        state=Message.State.SENT,
    )
    ours.update(state=Message.State.DELIVERED, delivered_at=timezone.now())
    return [
        Said(one.direction == Interaction.Direction.OUTBOUND, one.created_at, one.body)
        for one in seen.order_by("created_at", "pk")
    ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
