"""The record of a customer as it was at any past moment, from the kept versions of its rows.

Two questions: what was true then, by what we know now of validity; and what did we know then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.row_changes import event_model
from customers.models import (
    Account,
    Agreement,
    CommunicationNeed,
    Consent,
    ContactMedium,
    Customer,
    CustomerRole,
    Identifier,
    Party,
    PartyRelationship,
    Product,
)

_MOST = 200
# A row, or the kept version of one: both answer to the same names.
Row = Any


@dataclass(frozen=True, slots=True)
class AsOf:
    """Everything recorded about a customer at one moment."""

    at: datetime
    known_then: bool
    customer: Row
    party: Row | None
    contact_points: list[Row]
    identifiers: list[Row]
    needs: list[Row]
    relations: list[Row]
    roles: list[Row]
    accounts: list[Row]
    agreements: list[Row]
    products: list[Row]
    consents: list[Row]


def as_of(customer: Customer, at: datetime, *, known_then: bool = True) -> AsOf | None:
    """The record at a moment; None when it was not recorded yet.

    `known_then` takes every row as it was written down then. Otherwise rows that carry a validity
    of their own are taken as we know them now; plain fields have none and are as written then.
    """
    if customer.created_at > at:
        return None
    then = _version(customer, at)
    party = _party_at(then, at)
    known_at = at if known_then else timezone.now()
    of_party = Q(party_id=then.party_id)
    of_customer = Q(customer_id=customer.pk)

    def rows(model: type[models.Model], whose: Q) -> list[Row]:
        if then.party_id is None and whose is of_party:
            return []
        return [one for one in _rows(model, whose, known_at) if _valid(one, at)]

    return AsOf(
        at=at,
        known_then=known_then,
        customer=then,
        party=party,
        contact_points=rows(ContactMedium, of_party),
        identifiers=rows(Identifier, of_party),
        needs=_with_people(rows(CommunicationNeed, of_party)),
        relations=_relations(then.party_id, known_at, at),
        roles=rows(CustomerRole, of_customer),
        accounts=rows(Account, of_customer),
        agreements=rows(Agreement, of_customer),
        products=rows(Product, of_customer),
        consents=_consents(then.party_id, at),
    )


def _version(row: models.Model, at: datetime) -> Row:
    """A row as it stood: the first version kept after the moment says what was before."""
    kept = event_model(type(row))._default_manager.filter(pgh_obj_id=row.pk, pgh_created_at__gt=at)
    return kept.order_by("pgh_id").first() or row


def _party_at(then: Row, at: datetime) -> Row | None:
    if then.party_id is None:
        return None
    party = Party.objects.filter(pk=then.party_id).first()
    return _version(party, at) if party is not None else None


def _rows(model: type[models.Model], whose: Q, known_at: datetime) -> Iterator[Row]:
    """The rows somebody had by what was known: those that stand, and those that went since."""
    current: dict[int, Row] = {one.pk: one for one in _manager(model).filter(whose)[:_MOST]}
    events = event_model(model)._default_manager.filter(pgh_created_at__gt=known_at)
    moved = events.filter(whose).values_list("pgh_obj_id", flat=True)
    touched = events.filter(pgh_obj_id__in={*current, *moved[:_MOST]}).order_by(
        "pgh_obj_id", "pgh_id"
    )
    versions = {one.pgh_obj_id: one for one in touched.distinct("pgh_obj_id")}
    theirs = set(
        events.filter(whose, pgh_id__in=[one.pgh_id for one in versions.values()]).values_list(
            "pgh_obj_id", flat=True
        )
    )
    for pk in sorted({*current, *versions}):
        row = versions.get(pk, current.get(pk))
        if pk in versions and pk not in theirs:
            continue
        recorded = getattr(row, "recorded_at", None)
        if row is not None and (recorded is None or recorded <= known_at):
            yield row


def _manager(model: type[models.Model]) -> Any:
    return model._default_manager.order_by("pk")


def _relations(party_id: int | None, known_at: datetime, at: datetime) -> list[Row]:
    if party_id is None:
        return []
    whose = Q(source_id=party_id) | Q(target_id=party_id)
    return [one for one in _rows(PartyRelationship, whose, known_at) if _valid(one, at)]


def _with_people(needs: list[Row]) -> list[Row]:
    """Whom each wish names, asked for at once."""
    people = Party.objects.in_bulk([one.contact_person_id for one in needs])
    for one in needs:
        one.contact_person = people.get(one.contact_person_id)
    return needs


def _consents(party_id: int | None, at: datetime) -> list[Consent]:
    """Answers are never changed, only superseded: they say themselves when they held."""
    if party_id is None:
        return []
    held = Consent.objects.filter(Q(superseded_at=None) | Q(superseded_at__gt=at))
    return list(held.filter(party=party_id, captured_at__lte=at).select_related("purpose")[:_MOST])


def _valid(row: Row, at: datetime) -> bool:
    begins, ends = getattr(row, "valid_from", None), getattr(row, "valid_to", None)
    return _reached(begins, at) and not _passed(ends, at)


def _reached(begins: datetime | date | None, at: datetime) -> bool:
    if begins is None:
        return True
    return begins <= (at if isinstance(begins, datetime) else timezone.localdate(at))


def _passed(ends: datetime | date | None, at: datetime) -> bool:
    if ends is None:
        return False
    if isinstance(ends, datetime):
        return ends <= at
    # The last day is still theirs.
    return ends < timezone.localdate(at)


def names_of(ids: Iterable[int]) -> dict[int, Party]:
    """The parties at the other ends, as they are called now."""
    return Party.objects.filter(removed_at=None).in_bulk(list(ids))
