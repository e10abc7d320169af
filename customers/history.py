"""What changed in a customer's record: field by field, with who and why."""

from collections.abc import Iterator, Sequence

from django.db import models

from crm.row_changes import Change, changes_of_rows
from customers.models import (
    Account,
    Agreement,
    CommunicationNeed,
    ContactMedium,
    Customer,
    CustomerRole,
    Identifier,
    Party,
    PartyRelationship,
    Product,
)

_SILENT = {"id", "revision", "updated_at", "reversed_digits", "normalised", "public_id"}


def changes_of(customer: Customer, limit: int, *, billing: bool) -> list[Change]:
    """The newest changes of everything recorded about a customer, newest first.

    What they pay is part of it only for whoever may see `billing`.
    """
    found: list[Change] = []
    for model, rows in _rows(customer):
        if rows and (billing or model is not Account):
            found += changes_of_rows(model, rows, limit, _SILENT)
    found.sort(key=lambda change: change.at, reverse=True)
    return found[:limit]


def _rows(customer: Customer) -> Iterator[tuple[type[models.Model], Sequence[models.Model]]]:
    yield Customer, [customer]
    if party := customer.party:
        yield Party, [party]
        yield ContactMedium, list(party.contact_media.order_by("-pk")[:200])
        yield Identifier, list(party.identifiers.order_by("-pk")[:200])
        yield CommunicationNeed, list(party.communication_needs.all()[:200])
        yield PartyRelationship, list(PartyRelationship.objects.of(party.pk).order_by("-pk")[:200])
    yield CustomerRole, list(customer.roles.order_by("-pk")[:200])
    yield Account, list(customer.accounts.all()[:200])
    yield Agreement, list(customer.agreements.all()[:200])
    yield Product, list(customer.products.all()[:500])
