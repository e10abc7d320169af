"""A call that went into the wrong matter is taken out of it, as if it had never been said there."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions import clock as engine
from interactions.models import Interaction, Message
from interactions.processes.log_interaction import log_interaction
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction import remove
from interactions.processes.update_interaction.handing import still_open


@transaction.atomic
def take_back(*, message_id: int, actor: Actor) -> Interaction:
    """Undo what the actor said last in a matter; the clocks that it stopped go on.

    Nothing is deleted: the words go to a matter of their own, which is out of sight at once.
    """
    require(actor, "interactions.update_interaction")
    matter = Message.objects.values_list("interaction", flat=True).get(pk=message_id)
    source = still_open(work_on(matter, actor=actor))
    # Read under the lock: whoever pressed twice finds it gone, and takes back nothing again.
    message = source.messages.get(pk=message_id)
    _nothing_since(source, message, actor)
    aside = log_interaction(
        customer_id=source.customer_id,
        channel=message.channel,
        direction=str(message.direction),
        subject=source.subject,
        occurred_at=message.created_at,
        actor=actor,
    )
    Message.objects.filter(pk=message.pk).update(interaction=aside)
    append(
        source,
        "reply_taken_back",
        actor=actor,
        message=str(message.public_id),
        replied_at=engine.seconds(message.created_at),
        into=aside.pk,
    )
    refold(interaction=source, actor=actor)
    remove(interaction_id=aside.pk, actor=actor)
    source.refresh_from_db()
    return source


def _nothing_since(source: Interaction, message: Message, actor: Actor) -> None:
    """What left the house, or was answered, or is somebody else's, is not taken back."""
    said_by_hand = (
        message.kind == Message.Kind.PUBLIC
        and message.direction == Interaction.Direction.OUTBOUND
        and message.author_name == actor.name
        and not message.recipient
    )
    if not said_by_hand:
        raise RuleBroken("not-yours-to-take-back", _("Only who said it can take it back."))
    if source.messages.filter(kind=Message.Kind.PUBLIC, pk__gt=message.pk).exists():
        raise RuleBroken(
            "said-more-since",
            _("More was said since. Split the call off instead, on the page of the interaction."),
        )
