"""Who is calling: a name, number, account or id finds the customer and the open matter."""

from dataclasses import dataclass, field

from crm.access import Actor
from customers import masking
from customers.folding import compact
from customers.models import Customer
from customers.reads import find_customers, towns_of
from interactions.models import Interaction
from interactions.web.people import shown_name

_AT_LEAST = 3
AT_MOST = 5
_MATTERS = 3
_REFERENCE = "int"


@dataclass(slots=True)
class Caller:
    """One customer who may be meant, with their open matters, most urgent first."""

    customer: Customer
    name: str
    town: str = ""
    matters: list[Interaction] = field(default_factory=list)


def find(text: str, actor: Actor) -> list[Caller]:
    """At most a few customers this text can mean, and what is open for each."""
    if len(compact(text)) < _AT_LEAST:
        return []
    customers = list(_customers(text, actor))
    return with_matters(customers, actor)


def with_matters(customers: list[Customer], actor: Actor) -> list[Caller]:
    # Namesakes are told apart by where they live.
    ids = [customer.pk for customer in customers]
    towns = towns_of(ids) if len(ids) > 1 and masking.sees_people(actor) else {}
    callers = {
        customer.pk: Caller(customer, shown_name(customer, actor), towns.get(customer.pk, ""))
        for customer in customers
    }
    matters = (
        Interaction.objects.visible_to(actor)
        .open()
        .filter(customer__in=callers)
        .order_by("due_next_at", "pk")
    )
    for matter in matters[: AT_MOST * _MATTERS * 2]:
        found = callers[matter.customer_id or 0].matters
        if len(found) < _MATTERS:
            found.append(matter)
    return list(callers.values())


def _customers(text: str, actor: Actor) -> list[Customer]:
    if pk := reference(text):
        about = Interaction.objects.visible_to(actor).filter(pk=pk).values("customer")
        return list(Customer.objects.visible_to(actor).filter(pk__in=about))
    found = find_customers(actor, text, AT_MOST)
    wanted = [one.customer_id for one in found if not one.near] or [
        one.customer_id for one in found
    ]
    customers = Customer.objects.visible_to(actor).in_bulk(wanted)
    return [customers[pk] for pk in wanted if pk in customers]


def reference(text: str) -> int | None:
    """The number of an id as people read it out: "INT-118 204"."""
    said = compact(text)
    number = said.removeprefix(_REFERENCE)
    fits = said.startswith(_REFERENCE) and number.isdecimal() and len(number) < 18  # noqa: PLR2004  # bigint
    return int(number) if fits else None
