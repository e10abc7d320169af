"""What changed in a customer's record: field by field, with who and why."""

from collections.abc import Iterator, Sequence

from django.db import models

from crm.row_changes import Change, changes_of_rows
from customers.models import Account, Agreement, ContactMedium, Customer, Party, Product

_SILENT = {"id", "revision", "updated_at", "reversed_digits", "normalised", "public_id"}


def changes_of(customer: Customer, limit: int) -> list[Change]:
    """The newest changes of everything recorded about a customer, newest first."""
    found: list[Change] = []
    for model, rows in _rows(customer):
        found += changes_of_rows(model, rows, limit, _SILENT)
    found.sort(key=lambda change: change.at, reverse=True)
    return found[:limit]


def _rows(customer: Customer) -> Iterator[tuple[type[models.Model], Sequence[models.Model]]]:
    yield Customer, [customer]
    if customer.party:
        yield Party, [customer.party]
        yield ContactMedium, list(customer.party.contact_media.all()[:200])
    yield Account, list(customer.accounts.all()[:200])
    yield Agreement, list(customer.agreements.all()[:200])
    yield Product, list(customer.products.all()[:500])
