"""The two records of a pair, and who may look at pairs at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from crm.access import Actor, require, signed_in
from customers import masking
from customers.models import Customer, DuplicateCase, Party

DECIDE: Final = "customers.match_customers"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records of a pair."""

    party: Party
    customer: Customer | None
    clear: bool

    @property
    def name(self) -> str:
        return self.party.name if self.clear else masking.name(self.party.name, "")

    @property
    def org(self) -> bool:
        return self.party.kind == Party.Kind.ORGANIZATION

    @property
    def label(self) -> str:
        return self.customer.number if self.customer else _("No customer yet")


def sides_of(cases: Iterable[DuplicateCase], actor: Actor) -> dict[int, Side]:
    """Both records of each pair, with the customer each is; by party."""
    cases = list(cases)
    parties = {party.pk: party for case in cases for party in (case.left, case.right)}
    clear = actor.has_perm(masking.PERMISSION)
    customers = Customer.objects.filter(party__in=parties.values()).order_by("removed_at", "-pk")
    by_party = {one.party_id: one for one in customers}
    return {pk: Side(party, by_party.get(pk), clear) for pk, party in parties.items()}


def allowed(request: HttpRequest) -> Actor:
    """Whoever decides about pairs."""
    actor = signed_in(request)
    require(actor, DECIDE)
    return actor


def case_of(actor: Actor, public_id: UUID) -> DuplicateCase:
    """One pair, where it may be seen."""
    seen = DuplicateCase.objects.visible_to(actor).select_related("left", "right")
    return get_object_or_404(seen, public_id=public_id)
