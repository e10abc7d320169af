"""The people tied to a customer: as rows that say everything, and as a small drawing beside."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.web.drawn import initials
from customers import masking
from customers.models import Customer, CustomerRole, Party, PartyRelationship

_MOST = 100
_DRAWN = 14
_DEPTH = 2
_WIDTH, _ROW, _TOP = 270, 64, 24
_ACROSS = 5
# Read from above to below; everything else stands side by side.
_DOWNWARDS = frozenset({"parent", "guardian", "subsidiary", "employer"})
_DASHED = frozenset({"payer", "user", "household"})


@dataclass(frozen=True, slots=True)
class Tied:
    """One tie of one person or organisation to this customer, as it reads from here."""

    pk: int
    what: str
    name: str
    how: str
    since: datetime
    note: str
    customer_id: int | None
    org: bool


@dataclass(frozen=True, slots=True)
class Node:
    """One circle of the drawing."""

    x: int
    y: int
    initials: str
    name: str
    me: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of the drawing; dashed where it is no kinship and no ownership."""

    path: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing: circles, lines and its height."""

    nodes: list[Node]
    edges: list[Edge]
    height: int


def ties(customer: Customer, *, clear: bool) -> list[Tied]:
    """Everybody tied to a customer: relationships from either side, and roles."""
    now = timezone.now()
    roles = list(customer.roles.at(now).select_related("party").order_by("pk")[:_MOST])
    relations: list[PartyRelationship] = []
    if customer.party_id is not None:
        relations = list(
            PartyRelationship.objects.at(now)
            .of(customer.party_id)
            .select_related("source", "target")
            .order_by("pk")[:_MOST]
        )
    customers = _customers({_other(one, customer).pk for one in relations} | _parties(roles))
    found = [
        Tied(
            pk=one.pk,
            what="relation",
            name=_called(_other(one, customer), customers, clear=clear),
            how=how(one.kind, outward=one.source_id == customer.party_id),
            since=one.valid_from,
            note=one.note,
            customer_id=_key(customers.get(_other(one, customer).pk)),
            org=_other(one, customer).kind == Party.Kind.ORGANIZATION,
        )
        for one in relations
    ]
    return found + [
        Tied(
            pk=one.pk,
            what="role",
            name=_called(one.party, customers, clear=clear),
            how=str(CustomerRole.Role(one.role).label),
            since=one.valid_from,
            note=one.note,
            customer_id=_key(customers.get(one.party_id)),
            org=one.party.kind == Party.Kind.ORGANIZATION,
        )
        for one in roles
    ]


def how(kind: str, *, outward: bool) -> str:
    """A relationship in words, from the side of this customer."""
    if outward:
        return str(PartyRelationship.Kind(kind).label)
    return {
        "partner": _("Partner"),
        "parent": _("Child of"),
        "guardian": _("Under the care of"),
        "payer": _("Bill paid by"),
        "user": _("User for"),
        "employer": _("Works for"),
        "subsidiary": _("Subsidiary of"),
        "household": _("Same household"),
    }[kind]


def graph(party: Party | None, *, clear: bool) -> Graph | None:
    """A drawing when somebody is tied to the party; the rows beside name everybody."""
    if party is None:
        return None
    rows = sql.rows(
        "customers/relation_circle.sql",
        {"party": party.pk, "now": timezone.now(), "most": _DRAWN, "depth": _DEPTH},
    )
    if len(rows) <= 1:
        return None
    pairs = [
        (row["party_id"], target, kind) for row in rows for target, kind in _loaded(row["ties"])
    ]
    levels = _levels(party.pk, [row["party_id"] for row in rows], pairs)
    places = _places(levels)
    return Graph(
        nodes=[
            Node(
                *places[row["party_id"]],
                initials=initials(_shown(row["name"], clear=clear)),
                name=_shown(row["name"], clear=clear).split()[0][:12] if row["name"] else "",
                me=row["party_id"] == party.pk,
            )
            for row in rows
        ],
        edges=[
            Edge(_line(places[one], places[other]), kind in _DASHED) for one, other, kind in pairs
        ],
        height=_TOP + _ROW * len(set(levels.values())) - 8,
    )


def _levels(me: int, parties: list[int], pairs: list[tuple[int, int, str]]) -> dict[int, int]:
    """Who stands above whom: a step up or down by each tie that has a direction."""
    levels = {me: 0}
    for _round in range(_DEPTH + 1):
        for one, other, kind in pairs:
            step = 1 if kind in _DOWNWARDS else 0
            if one in levels:
                levels.setdefault(other, levels[one] + step)
            elif other in levels:
                levels.setdefault(one, levels[other] - step)
    return {party: levels.get(party, 1) for party in parties}


def _places(levels: dict[int, int]) -> dict[int, tuple[int, int]]:
    """A place for everybody: level by level, side by side."""
    order = sorted(set(levels.values()))
    places: dict[int, tuple[int, int]] = {}
    for row, level in enumerate(order):
        members = [party for party, its in levels.items() if its == level]
        step = _WIDTH // len(members)
        for place, party in enumerate(members):
            places[party] = (step * place + step // 2, _TOP + row * _ROW)
    return places


def _line(one: tuple[int, int], other: tuple[int, int]) -> str:
    """Straight between levels, bent within one so that it passes nobody's circle."""
    (x1, y1), (x2, y2) = one, other
    if y1 == y2:
        return f"M{x1} {y1} Q{(x1 + x2) // 2} {y1 - 30} {x2} {y2}"
    return f"M{x1} {y1} {x2} {y2}"


def _loaded(ties: Any) -> Iterable[tuple[int, str]]:
    found: list[tuple[int, str]] = json.loads(ties) if isinstance(ties, str) else ties
    return found


def _other(tie: PartyRelationship, customer: Customer) -> Party:
    return tie.target if tie.source_id == customer.party_id else tie.source


def _parties(roles: list[CustomerRole]) -> set[int]:
    return {one.party_id for one in roles}


def _customers(parties: set[int]) -> dict[int | None, Customer]:
    held = Customer.objects.filter(party__in=parties, removed_at=None)
    return {one.party_id: one for one in held.only("pk", "party_id", "name", "number")}


def _key(customer: Customer | None) -> int | None:
    return customer.pk if customer else None


def _called(party: Party, customers: dict[int | None, Customer], *, clear: bool) -> str:
    """By their name; whoever came by a file without one is called what we know them as."""
    customer = customers.get(party.pk)
    if party.name or customer is None:
        return _shown(party.name, clear=clear)
    return customer.name if clear else masking.name(customer.name, customer.number)


def _shown(name: str, *, clear: bool) -> str:
    return name if clear else masking.name(name, "")
