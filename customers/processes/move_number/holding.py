"""Who has a number: by an identifier, by a running service; and how each row of it ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.utils import timezone

from customers.models import ContactMedium, Identifier, Party, Product

_PHONES = (ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE)


@dataclass(frozen=True, slots=True)
class Held:
    """What one party has of a number: the identifier may be missing, what runs on it may too."""

    party: Party
    identifiers: tuple[Identifier, ...]
    points: tuple[ContactMedium, ...]
    products: tuple[Product, ...]

    @property
    def stands(self) -> bool:
        """Whether they would still have the number if nobody took it."""
        return bool(self.products) or any(one.valid_to is None for one in self.identifiers)


def held_by_others(kind: str, value: str, party: Party, at: datetime) -> tuple[Held, ...]:
    """Others with the number, whether or not an identifier says so."""
    return holders_of(kind, value, party, at)[0]


def rows_of(held: Held) -> Iterator[models.Model]:
    """Everything that ends when the number leaves them."""
    yield from held.identifiers
    yield from held.points
    yield from held.products


def end_row(row: Any, at: datetime, why: str) -> dict[str, Any]:
    """End one row that goes with the number; returns what it was and what it is."""
    if isinstance(row, Identifier):
        change = {"valid_to": max(at, row.valid_from), "ended_because": why}
    elif isinstance(row, ContactMedium):
        change = {"valid_to": max(at, row.valid_from), "preferred": False}
    else:
        change = {"status": Product.Status.ENDED, "valid_to": timezone.localdate(at)}
    before = {name: getattr(row, name) for name in change}
    for name, value in change.items():
        setattr(row, name, value)
    row.save(update_fields=list(change))
    return {
        "table": row._meta.model_name,
        "id": row.pk,
        "before": {name: plain(value) for name, value in before.items()},
        "after": {name: plain(value) for name, value in change.items()},
    }


def holders_of(
    kind: str, value: str, receiver: Party, at: datetime | None = None
) -> tuple[tuple[Held, ...], tuple[ContactMedium, ...]]:
    """Everybody else who has the number, and contact points of others still that reach it."""
    now = at or timezone.now()
    identifiers = list(
        Identifier.objects.at(now)
        .filter(kind=kind, issuer="", value=value)
        .exclude(party=receiver)
        .select_related("party")
        .order_by("pk")
    )
    phone = kind == Identifier.Kind.MSISDN
    points = _points(value, receiver) if phone else []
    products = _products(value, receiver) if phone else []
    parties = {one.party_id: one.party for one in identifiers}
    for one in products:
        # Without an identifier, a service that began later is no claim to an earlier time.
        early = one.valid_from is None or one.valid_from <= timezone.localdate(now)
        if early and one.customer.party is not None:
            parties.setdefault(one.customer.party.pk, one.customer.party)
    held = tuple(
        Held(
            party,
            tuple(one for one in identifiers if one.party_id == pk),
            tuple(one for one in points if one.party_id == pk),
            tuple(one for one in products if party_of(one) == pk),
        )
        for pk, party in parties.items()
    )
    return held, tuple(one for one in points if one.party_id not in parties)


def _products(value: str, receiver: Party) -> list[Product]:
    """Services that run on the number at anybody else."""
    running = Product.objects.filter(
        service_number__in=(value, f"+{value}"),
        customer__removed_at=None,
        customer__party__isnull=False,
    ).exclude(status=Product.Status.ENDED)
    theirs = running.exclude(customer__party=receiver).select_related("customer__party")
    return list(theirs.order_by("pk"))


def _points(value: str, receiver: Party) -> list[ContactMedium]:
    """Contact points that reach the number at anybody else."""
    standing = ContactMedium.objects.filter(
        type__in=_PHONES, normalised=f"+{value}", valid_to=None
    ).exclude(party=receiver)
    return list(standing.select_related("party").order_by("pk"))


def party_of(row: Any) -> int:
    """Whose row it is."""
    owner = row.customer if isinstance(row, Product) else row
    return int(owner.party_id or 0)


def plain(value: Any) -> Any:
    """A value of a column as it is kept with a move."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
