"""Two matters in one thread: some messages become a matter of their own, and can come back."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from interactions.models import Attachment, Interaction, InteractionLink, Message
from interactions.processes.close_interaction import call_off
from interactions.processes.log_interaction import log_interaction
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction.handing import still_open

_MOVABLE = (Message.Kind.PUBLIC, Message.Kind.NOTE)
_SPLIT = InteractionLink.Kind.SPLIT_FROM


@transaction.atomic
def split(
    *, interaction_id: int, message_ids: Sequence[int], subject: str, reason_key: str = "",
    actor: Actor,
) -> Interaction:  # fmt: skip
    """Make a matter of its own from these messages; its promises begin with the first of them.

    The clocks of the matter they leave stay as they are: splitting never makes a promise vanish.
    """
    require(actor, "interactions.update_interaction")
    source = still_open(work_on(interaction_id, actor=actor))
    messages = _chosen(source, message_ids)
    first = messages[0]
    new = log_interaction(
        customer_id=source.customer_id,
        channel=first.channel,
        direction=str(first.direction),
        reason_key=reason_key,
        subject=subject.strip() or source.subject,
        owner_id=source.owner_id,
        team_id=source.team_id,
        occurred_at=first.created_at,
        verticals=None if reason_key else source.verticals,
        priority=source.priority,
        actor=actor,
    )
    new = Interaction.objects.lock(new.pk)
    _carry(messages, source, new, actor)
    append(
        source, "split_off", actor=actor, into=new.pk, messages=[message.pk for message in messages]
    )
    append(new, "split_from", actor=actor, source=source.pk)
    InteractionLink.objects.create(interaction=new, other=source, kind=_SPLIT, made_by=actor.name)
    refold(interaction=new, actor=actor)
    new.refresh_from_db()
    return new


@transaction.atomic
def undo_split(*, interaction_id: int, actor: Actor) -> Interaction:
    """Put everything said in the split-off matter back where it came from, and end it."""
    require(actor, "interactions.close_interaction")
    came = InteractionLink.objects.filter(
        interaction=interaction_id, kind=_SPLIT, undone_at=None
    ).first()
    if came is None:
        raise RuleBroken("not-split", _("This was not split off: there is nothing to take back."))
    locked = {pk: work_on(pk, actor=actor) for pk in sorted((interaction_id, came.other_id))}
    new, source = still_open(locked[interaction_id]), still_open(locked[came.other_id])
    moved = {
        pk
        for event in source.events.filter(type="split_off")
        if event.data["into"] == new.pk
        for pk in event.data["messages"]
    }
    messages = list(new.messages.filter(kind__in=_MOVABLE).order_by("created_at", "pk"))
    for message in messages:
        if message.pk not in moved:
            _say(source, message, actor, new)
    _hand_over(messages, source)
    append(source, "split_undone", actor=actor, source=new.pk)
    call_off(interaction=new, reason="split undone", actor=actor)
    with because(actor, "split undone"):
        came.undone_at = timezone.now()
        came.save(update_fields=["undone_at"])
    refold(interaction=new, actor=actor)
    refold(interaction=source, actor=actor)
    source.refresh_from_db()
    return source


def _chosen(source: Interaction, message_ids: Sequence[int]) -> list[Message]:
    found = list(
        source.messages.filter(pk__in=message_ids, kind__in=_MOVABLE).order_by("created_at", "pk")
    )
    if not found or len(found) != len(set(message_ids)):
        raise RuleBroken(
            "nothing-chosen",
            _("Choose messages or notes of this interaction."),
            field="messages",
            kind="invalid",
        )
    return found


def _carry(messages: list[Message], source: Interaction, new: Interaction, actor: Actor) -> None:
    # What opened the new matter is its first message: its clock has begun with it.
    for message in messages[1:]:
        _say(new, message, actor, source)
    _hand_over(messages, new)


def _hand_over(messages: list[Message], to: Interaction) -> None:
    pks = [message.pk for message in messages]
    Message.objects.filter(pk__in=pks).update(interaction=to)
    Attachment.objects.filter(message__in=pks).update(interaction=to)


def _say(interaction: Interaction, message: Message, actor: Actor, came_from: Interaction) -> None:
    inbound = message.direction == Interaction.Direction.INBOUND
    note = message.kind == Message.Kind.NOTE
    append(
        interaction,
        "note" if note else "customer_message" if inbound else "agent_reply",
        actor=actor,
        at=message.created_at,
        channel=message.channel,
        message=str(message.public_id),
        automatic=message.automatic,
        came_from=came_from.pk,
    )
