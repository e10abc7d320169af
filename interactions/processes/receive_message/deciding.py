"""What people decide about arrivals that were held back, or whose sender nobody knew."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.models import Customer
from interactions.channels import adapter_of
from interactions.models import Inbound, Interaction
from interactions.processes.receive_message.filing import (
    SAME_ID,
    another,
    into,
    known_as,
    once_key,
)
from interactions.processes.receive_message.thread import Thread
from interactions.processes.update_interaction import change_fields

PERMISSION = "interactions.decide_inbound"
_State = Inbound.State


@transaction.atomic
def release(*, inbound_id: int, actor: Actor) -> Inbound:
    """It is fine: it is filed like any other, without being looked at with suspicion again."""
    row = _held(inbound_id, actor)
    row.about = {**row.about, "released": True}
    row.state, row.available_at = _State.RECEIVED, timezone.now()
    row.attempts, row.lease_until = 0, None
    _decided(row, actor)
    return row


@transaction.atomic
def join(*, inbound_id: int, interaction_id: int, actor: Actor) -> Inbound:
    """It belongs to this interaction, says somebody who looked."""
    row = _held(inbound_id, actor)
    interaction = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    incoming = adapter_of(row.channel).read(bytes(row.raw), row.about)
    known = known_as(row, incoming)
    if known is not None and another(incoming, known):
        # Held for some other reason, while the id it bears was used by another message.
        row.code = SAME_ID
    into(row, incoming, Thread(interaction), None, once_key(row, incoming))
    _decided(row, actor)
    return row


@transaction.atomic
def discard(*, inbound_id: int, actor: Actor) -> Inbound:
    """Nobody needs it; it stays in the ledger, out of the way."""
    row = _held(inbound_id, actor)
    row.state = _State.DISCARDED
    _decided(row, actor)
    return row


@transaction.atomic
def take_back(*, inbound_id: int, actor: Actor) -> Inbound:
    """Undo: what was discarded is held back again."""
    require(actor, PERMISSION)
    row = Inbound.objects.lock(inbound_id)
    if row.state != _State.DISCARDED:
        raise RuleBroken("not-discarded", _("This was not discarded. Nothing was changed."))
    row.state = _State.HELD
    _decided(row, actor)
    return row


@transaction.atomic
def link(*, interaction_id: int, customer_id: int, actor: Actor) -> Interaction:
    """The sender nobody knew is this customer: the matter, its promise and its past are theirs."""
    require(actor, PERMISSION)
    interaction = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    if interaction.customer_id is not None:
        raise RuleBroken("has-a-customer", _("Somebody linked it meanwhile. Look at it again."))
    customer = Customer.objects.visible_to(actor).live().get(pk=customer_id)
    changed = change_fields(
        interaction_id=interaction.pk, changes={"customer_id": customer.pk}, actor=actor
    )
    Inbound.objects.filter(interaction=interaction, decided_at=None).update(
        decided_by=actor.name, decided_at=timezone.now()
    )
    return changed


def _held(inbound_id: int, actor: Actor) -> Inbound:
    require(actor, PERMISSION)
    row = Inbound.objects.lock(inbound_id)
    if row.state != _State.HELD:
        raise RuleBroken(
            "not-held", _("Somebody decided about this meanwhile. Nothing was changed.")
        )
    return row


def _decided(row: Inbound, actor: Actor) -> None:
    row.decided_by, row.decided_at = actor.name[:150], timezone.now()
    row.save()
