"""A letter or a visit that a person takes in: the desk is one more door, with the same way on."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.models import Customer
from interactions.channels import marks
from interactions.channels.contract import Enclosure
from interactions.models import Inbound, Interaction
from interactions.processes.receive_message.filing import file_now
from interactions.processes.receive_message.keeping import keep
from interactions.processes.update_interaction import add_message, take

CHANNELS: Final = frozenset(["letter", "shop"])


def take_in(
    *,
    channel: str,
    once: str,
    text: str,
    reason_key: str = "",
    customer_id: int | None = None,
    interaction_id: int | None = None,
    received_on: date | None = None,
    where: dict[str, str] | None = None,
    answer: str = "",
    files: Sequence[Enclosure] = (),
    actor: Actor,
) -> Interaction:
    """Keep and file what somebody holds in their hands or hears at their desk.

    `once` is the form's own number: the same sent twice is one. A letter is dated by the day it
    came and goes to the queue; a visit is whose desk it was, and what they were told is our answer.
    """
    require(actor, "interactions.log_interaction")
    if channel == "shop":
        # Asked before anything is kept: a visit is somebody's work at once.
        require(actor, "interactions.update_interaction")
    _makes_sense(channel, text, received_on, files)
    about = _about(customer_id, interaction_id, actor)
    body = {
        "text": text,
        "reason": reason_key,
        "attachments": [
            {"name": one.name, "type": one.media_type, "content": b64encode(one.content).decode()}
            for one in files
        ],
        **(where or {}),
    }
    if received_on is not None:
        body["received_on"] = received_on.isoformat()
    if interaction_id is not None:
        body["thread"] = marks.mark(interaction_id)
    body["id"] = _named(once, body, about)
    row, new = keep(channel=channel, source="desk", raw=orjson.dumps(body), about=about)
    if new:
        file_now(row.pk)
    row.refresh_from_db(fields=["interaction", "state", "because"])
    interaction = _filed(row)
    if channel == "shop":
        # Also when it is sent again: whoever was killed in between had not come so far.
        _at_the_desk(interaction, str(body["id"]), answer, actor)
    return interaction


def _makes_sense(
    channel: str, text: str, received_on: date | None, files: Sequence[Enclosure]
) -> None:
    if channel not in CHANNELS:
        raise RuleBroken(
            "not-by-hand",
            _("Only letters and visits are taken in by hand."),
            field="channel",
            kind="invalid",
        )
    if not text.strip() and not files:
        raise RuleBroken(
            "nothing-said",
            _("Write what it is about, or add the scan."),
            field="text",
            kind="invalid",
        )
    if received_on is not None and received_on > timezone.localdate():
        raise RuleBroken(
            "not-yet-received",
            _("That day is still to come. Take the day on the stamp."),
            field="received_on",
            kind="invalid",
        )


def _about(customer_id: int | None, interaction_id: int | None, actor: Actor) -> dict[str, Any]:
    """Whose it is, as somebody who may see them says."""
    by: dict[str, Any] = {"by": actor.name}
    if interaction_id is not None:
        matter = Interaction.objects.visible_to(actor).get(pk=interaction_id)
        return by | {"interaction": matter.pk, "customer": matter.customer_id}
    if customer_id is None:
        return by
    return by | {"customer": Customer.objects.visible_to(actor).live().get(pk=customer_id).pk}


def _named(once: str, body: dict[str, Any], about: dict[str, Any]) -> str:
    """The same of the same form; gone back to and written anew, it is another letter."""
    said = orjson.dumps([body, about], option=orjson.OPT_SORT_KEYS)
    return f"{once}:{hashlib.sha256(said).hexdigest()[:24]}"


def _filed(row: Inbound) -> Interaction:
    if row.interaction is None:
        raise RuleBroken(
            "not-filed",
            _("It is kept, and waits under Incoming: %(why)s") % {"why": row.because},
        )
    return row.interaction


@transaction.atomic
def _at_the_desk(interaction: Interaction, once: str, answer: str, actor: Actor) -> None:
    if interaction.owner_id is None:
        take(interaction_id=interaction.pk, actor=actor)
    if answer.strip():
        add_message(
            interaction_id=interaction.pk,
            body=answer,
            channel="shop",
            external_id=f"desk-answer:{once}",
            actor=actor,
        )
