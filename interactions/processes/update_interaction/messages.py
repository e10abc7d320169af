"""What was said or noted in a matter: ours goes out, theirs answers what we asked."""

import hashlib
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.accounts.names import known_as
from crm.errors import RuleBroken
from crm.ids import new_id
from interactions.governed import CHANNELS
from interactions.models import Interaction, InteractionLink, Message
from interactions.processes.close_interaction import reopen_for_message
from interactions.processes.notify_customer.colleagues import mentioned, tell_mentioned
from interactions.processes.notify_customer.queueing import (
    SERVICE,
    deliverable,
    reach,
    window_closed,
)
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, change_status, work_on
from interactions.processes.update_interaction.questions import answered
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

_Status = Interaction.Status
_Kind = Message.Kind
_MINUTE: Final = 60
_KEY: Final = 160
_FAR: Final = 10


@transaction.atomic
def add_message(
    *,
    interaction_id: int,
    body: str,
    kind: str = "public",
    direction: str = "outbound",
    channel: str | None = None,
    occurred_at: datetime | None = None,
    subject: str = "",
    language: str = "",
    automatic: bool = False,
    external_id: str = "",
    seen_message: int | None = None,
    actor: Actor,
) -> Message:
    """Add what was said or noted; a reply of ours goes out, one of theirs answers what we asked.

    `seen_message` is the newest message the author had before them: with a newer one of somebody
    else nothing is sent, so that no two people answer the same.
    `external_id` is the sender's own id of the message: delivered twice, it is one message.
    `automatic` marks machine mail, which is kept but neither answers nor moves any clock.
    What is said in a matter that was merged is said in the one it went into.
    """
    require(actor, "interactions.update_interaction")
    interaction = _standing(interaction_id, actor)
    channel = channel or interaction.channel
    key = _key(channel, external_id)
    if known := Message.objects.filter(dedupe_key=key).first():
        return _known_here(known, interaction)
    if not body.strip():
        raise RuleBroken("nothing-said", _("Write something first."), field="body", kind="invalid")
    _nobody_was_faster(interaction, seen_message, actor)
    message = Message(
        interaction=interaction,
        kind=_Kind(kind),
        direction=Interaction.Direction(direction),
        channel=channel,
        author_name=actor.name,
        subject=subject or interaction.subject,
        language=language,
        body=body,
        automatic=automatic,
        dedupe_key=key,
        state=Message.State.RECEIVED,
        created_at=min(occurred_at or timezone.now(), timezone.now()),
    )
    _file(interaction, message, actor)
    refold(interaction=interaction, actor=actor)
    return message


@transaction.atomic
def answer_received(
    *,
    interaction_id: int,
    body: str = "",
    channel: str | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> Message | None:
    """The customer answered, on whatever channel; what we waited for goes on from that instant."""
    if body:
        return add_message(
            interaction_id=interaction_id,
            body=body,
            direction="inbound",
            channel=channel,
            occurred_at=occurred_at,
            actor=actor,
        )
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    answered(interaction, min(occurred_at or timezone.now(), timezone.now()), channel, actor)
    refold(interaction=interaction, actor=actor)
    return None


def _standing(interaction_id: int, actor: Actor) -> Interaction:
    """The matter under its lock; of one that was merged, the one it went into."""
    for _step in range(_FAR):
        interaction = work_on(interaction_id, actor=actor)
        if interaction.status != _Status.MERGED or interaction.merged_into_id is None:
            return interaction
        interaction_id = interaction.merged_into_id
    return interaction


def _key(channel: str, external_id: str) -> str:
    """The once key of a message: of one that came, the sender's own id, however long it is."""
    if not external_id:
        return f"message:{new_id()}"
    key = f"in:{channel}:{external_id}"
    if len(key) <= _KEY:
        return key
    return f"in:{channel}:sha256:{hashlib.sha256(external_id.encode()).hexdigest()}"


def _known_here(known: Message, interaction: Interaction) -> Message:
    """The same message again; one of another matter is never shown as belonging to this one."""
    if known.interaction_id == interaction.pk:
        return known
    came_along = interaction.merged_from.filter(pk=known.interaction_id).exists()
    between = (interaction.pk, known.interaction_id)
    split_off = InteractionLink.objects.filter(
        kind=InteractionLink.Kind.SPLIT_FROM, interaction__in=between, other__in=between
    ).exists()
    if came_along or split_off:
        return known
    raise RuleBroken(
        "belongs-to-another",
        _("A message with this id belongs to another interaction. Nothing was added."),
        field="external_id",
    )


def _file(interaction: Interaction, message: Message, actor: Actor) -> None:
    if message.kind == _Kind.NOTE:
        _note(interaction, message, actor)
    elif message.direction == Interaction.Direction.INBOUND:
        _take_in(interaction, message, actor)
    else:
        _answer(interaction, message, actor)


def _note(interaction: Interaction, message: Message, actor: Actor) -> None:
    message.save(force_insert=True)
    people = mentioned(message.body)
    named: dict[str, Any] = {"mentions": [person.pk for person in people]} if people else {}
    append(
        interaction,
        "note",
        actor=actor,
        at=message.created_at,
        message=str(message.public_id),
        **named,
    )
    tell_mentioned(interaction=interaction, message=message, people=people)


def _take_in(interaction: Interaction, message: Message, actor: Actor) -> None:
    """What the customer says: kept, answering what we asked, and starting the wait for a reply."""
    _serving(message.channel, interaction)
    if not message.automatic and interaction.status in Interaction.ENDED:
        _begin_again(interaction, actor)
    message.save(force_insert=True)
    append(
        interaction,
        "customer_message",
        actor=actor,
        at=message.created_at,
        channel=message.channel,
        message=str(message.public_id),
        automatic=message.automatic,
    )
    if not message.automatic:
        answered(interaction, message.created_at, message.channel, actor)
        _wake(interaction, actor)


def _begin_again(interaction: Interaction, actor: Actor) -> None:
    """What ended for good takes no more: nobody would see it, and no promise would run for it."""
    if not reopen_for_message(interaction=interaction, actor=actor):
        raise RuleBroken(
            "has-ended",
            _("This is “%(status)s” for good. Log a new interaction instead.")
            % {"status": interaction.get_status_display()},
            field="status",
            details={"from": interaction.status},
        )


def _answer(interaction: Interaction, message: Message, actor: Actor) -> None:
    """What we say: delivered by the worker where it can, else it was said by the person."""
    message.capability_version_id = _serving(message.channel, interaction).version_id
    if message.channel in deliverable(interaction):
        _address(interaction, message)
    else:
        message.state, message.sent_at = Message.State.SENT, message.created_at
        message.allowed_because = _("said by a person")
    message.save(force_insert=True)
    append(
        interaction,
        "agent_reply",
        actor=actor,
        at=message.created_at,
        channel=message.channel,
        message=str(message.public_id),
    )
    if interaction.return_at is not None:
        interaction.return_at = None
        interaction.save(update_fields=["return_at"])
    if interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)


def _address(interaction: Interaction, message: Message) -> None:
    if window_closed(interaction, message.channel):
        raise RuleBroken(
            "window-closed",
            _("Their last message is too old for a free answer. Send a notice first."),
            field="channel",
        )
    contact = reach(interaction, SERVICE, message.channel)
    if contact is None or contact.medium is None:
        raise RuleBroken(
            "not-permitted",
            _("The customer can't be written to by %(channel)s. Nothing was sent.")
            % {"channel": message.channel},
            field="channel",
        )
    message.contact_medium_id = contact.medium.pk
    message.recipient = contact.medium.value
    message.allowed_because = contact.because[:200]
    message.available_at = contact.not_before or timezone.now()
    message.state = Message.State.QUEUED


def _wake(interaction: Interaction, actor: Actor) -> None:
    """Whoever snoozed it until later wants to know that the customer spoke before."""
    if interaction.snoozed_until is None:
        return
    append(interaction, "woken", actor=actor, because="message")
    interaction.snoozed_until = None
    interaction.save(update_fields=["snoozed_until"])


def _serving(channel: str, interaction: Interaction) -> Resolved:
    if channel not in CHANNELS:
        raise RuleBroken(
            "unknown-channel",
            _("There is no channel “%(channel)s”.") % {"channel": channel},
            field="channel",
            kind="invalid",
        )
    try:
        return resolve(CHANNELS[channel].key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("channel-off", str(off), field="channel") from off


def _nobody_was_faster(interaction: Interaction, seen: int | None, actor: Actor) -> None:
    if seen is None:
        return
    newer = (
        interaction.messages.filter(pk__gt=seen, kind=_Kind.PUBLIC)
        .exclude(author_name=actor.name, direction=Interaction.Direction.OUTBOUND)
        .order_by("-pk")
        .first()
    )
    if newer is None:
        return
    passed = int((timezone.now() - newer.created_at).total_seconds())
    inbound = newer.direction == Interaction.Direction.INBOUND
    raise RuleBroken(
        "written-meanwhile",
        _("%(who)s wrote %(time)s ago. Your draft is kept; read theirs first.")
        % {
            "who": _("The customer") if inbound else known_as(newer.author_name),
            "time": _("%(n)d s") % {"n": passed}
            if passed < _MINUTE
            else _("%(n)d min") % {"n": passed // _MINUTE},
        },
        field="body",
        kind="precondition",
    )
