"""Keep a customer online while somebody still needs them, and let go afterwards."""

from django.db import transaction
from django.utils import timezone

from crm.access import Actor, require
from crm.audit.history import because
from customers.models import Customer, Hold

ETOM = "1.3.6.4"

LEGAL = "legal"


@transaction.atomic
def place_hold(
    *, customer_id: int, kind: str, reference: str, reason: str = "", actor: Actor
) -> Hold:
    """Hold a customer; the same hold placed again is the same hold."""
    customer = _held_by(actor, customer_id, kind)
    hold, _ = Hold.objects.get_or_create(
        customer=customer,
        kind=kind,
        reference=reference,
        released_at=None,
        defaults={"reason": reason},
    )
    return hold


@transaction.atomic
def release_hold(*, customer_id: int, kind: str, reference: str, actor: Actor) -> bool:
    """Release a hold; says whether one stood.

    A process lets go, as the product itself, of what it held; a person needs the archivist's word.
    """
    require(actor, "customers.archive_information")
    customer = _held_by(actor, customer_id, kind)
    standing = Hold.objects.filter(
        customer=customer, kind=kind, reference=reference, released_at=None
    )
    with because(actor, "released"):
        return bool(standing.update(released_at=timezone.now()))


def _held_by(actor: Actor, customer_id: int, kind: str) -> Customer:
    # Whoever works on a customer may hold them; a legal hold is the archivist's.
    if kind.startswith(LEGAL):
        require(actor, "customers.archive_information")
    return Customer.objects.visible_to(actor).lock(customer_id)
