"""Whose numbers are asked for, and how the other end of a move is called."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from customers import masking
from customers.models import Customer, NumberMove, Party


def asked_for(request: HttpRequest, pk: int) -> tuple[Actor, Customer]:
    """The person who asks, and the customer asked about, if both may be."""
    actor = signed_in(request)
    require(actor, "customers.update_information")
    require(actor, masking.PERMISSION)
    seen = Customer.objects.visible_to(actor).select_related("party")
    return actor, get_object_or_404(seen, pk=pk)


def party_behind(customer: Customer) -> Party:
    """Who has the numbers; without anybody there are none."""
    if customer.party is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    return customer.party


def address_of(customer: Customer) -> str:
    """The page of the numbers."""
    return reverse("customers:numbers", args=[customer.pk])


def looked(actor: Actor, ids: list[int], detail: str) -> None:
    """Somebody looked at numbers of these customers."""
    record_access(
        actor=actor, action="view", subject="customer", ids=ids, purpose="service", detail=detail
    )


def seen_among(party_ids: Iterable[int], actor: Actor) -> dict[int | None, Customer]:
    """Those of the parties that this person sees as customers; the first record answers."""
    theirs = Customer.objects.visible_to(actor).filter(party__in=party_ids).order_by("-pk")
    return {one.party_id: one for one in theirs.only("pk", "party_id", "name", "number")}


def other_end(
    move: NumberMove, party: Party, seen: dict[int | None, Customer]
) -> dict[str, Any] | None:
    """The other party of a move, by name where the reader may see them."""
    other = move.origin if move.target_id == party.pk else move.target
    if other is None:
        return None
    customer = seen.get(other.pk)
    # Whoever came by a file without a name is called by what we know them as.
    name = other.name or customer.name if customer else _("somebody else")
    return {"name": name, "customer": customer.pk if customer else None}
