"""Who is calling: a name, number, account or id finds the customer and the open matter."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q

from crm.access import Actor
from customers.contact_points import number_beginnings
from customers.folding import compact, words
from customers.models import Customer, SearchToken
from interactions.models import Interaction

_AT_LEAST = 3
_AT_MOST = 5
_MATTERS = 3
_REFERENCE = "int"


@dataclass(slots=True)
class Caller:
    """One customer who may be meant, with their open matters, most urgent first."""

    customer: Customer
    matters: list[Interaction] = field(default_factory=list)


def find(text: str, actor: Actor) -> list[Caller]:
    """At most a few customers this text can mean, and what is open for each."""
    if len(compact(text)) < _AT_LEAST:
        return []
    customers = list(_customers(text, actor))
    return with_matters(customers, actor)


def with_matters(customers: list[Customer], actor: Actor) -> list[Caller]:
    callers = {customer.pk: Caller(customer) for customer in customers}
    matters = (
        Interaction.objects.visible_to(actor)
        .open()
        .filter(customer__in=callers)
        .order_by("due_next_at", "pk")
    )
    for matter in matters[: _AT_MOST * _MATTERS * 2]:
        found = callers[matter.customer_id or 0].matters
        if len(found) < _MATTERS:
            found.append(matter)
    return list(callers.values())


def _customers(text: str, actor: Actor) -> list[Customer]:
    seen = Customer.objects.visible_to(actor)
    if pk := reference(text):
        about = Interaction.objects.visible_to(actor).filter(pk=pk).values("customer")
        return list(seen.filter(pk__in=about))
    digits = compact(text)
    if digits.isdecimal():
        found = list(seen.filter(pk__in=_by_number(digits)).order_by("name", "pk")[:_AT_MOST])
        if found:
            return found
    asked = seen
    for word in words(text):
        hit = SearchToken.objects.filter(token__startswith=word).values("customer")
        asked = asked.filter(pk__in=hit)
    return list(asked.order_by("name", "pk")[:_AT_MOST])


def reference(text: str) -> int | None:
    """The number of an id as people read it out: "INT-118 204"."""
    said = compact(text)
    number = said.removeprefix(_REFERENCE)
    fits = said.startswith(_REFERENCE) and number.isdecimal() and len(number) < 18  # noqa: PLR2004  # bigint
    return int(number) if fits else None


def _by_number(digits: str) -> Any:
    begins = Q(token=digits, kind__in=["number", "account", "service", "id"])
    for start in number_beginnings(digits, region=settings.CRM_REGION):
        begins |= Q(token__startswith=start, kind="phone")
    if len(digits) > _AT_LEAST:
        begins |= Q(token__startswith=f"<{digits[::-1]}", kind__in=["tail", "phonetail"])
    return SearchToken.objects.filter(begins).values("customer")
