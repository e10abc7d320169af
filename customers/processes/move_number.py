"""Move Number: a number goes to another customer, seen before it happens and taken back after."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from customers import masking
from customers.models import (
    ContactMedium,
    Customer,
    Identifier,
    NumberMove,
    Order,
    Party,
    Product,
)
from customers.processes.keep_identifiers import canonical, tell
from customers.processes.record_customer import save_checked

ETOM = "1.3.6.2"

# Numbers of a subscription; accounts and contracts belong to whoever signed them.
MOVABLE = (Identifier.Kind.MSISDN, Identifier.Kind.IMSI, Identifier.Kind.ICCID)
_PHONES = (ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE)
_MODELS: dict[str, type[models.Model]] = {
    "identifier": Identifier,
    "contactmedium": ContactMedium,
    "product": Product,
}


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a move would do; `seen` tells whether anything changed since it was shown."""

    kind: str
    value: str
    receiver: Customer
    party: Party
    holders: tuple[Held, ...]
    elsewhere: tuple[ContactMedium, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows came back, and which stay as they are because somebody changed them since."""

    move: NumberMove
    back: int
    kept: tuple[str, ...]


def plan_move(*, customer_id: int, kind: str, value: str, actor: Actor) -> Plan:
    """Who has the number now and what would leave with it; nothing is written."""
    require(actor, "customers.update_information")
    # Whoever has or had the number is named.
    require(actor, masking.PERMISSION)
    receiver = Customer.objects.visible_to(actor).select_related("party").get(pk=customer_id)
    if receiver.party is None:
        raise RuleBroken("nobody-behind", _("Say first who the customer is: change the record."))
    if kind not in MOVABLE:
        raise RuleBroken(
            "not-movable",
            _("Only mobile numbers, IMSIs and SIM cards move by hand."),
            field="kind",
            kind="input",
        )
    written = canonical(kind, value)
    holders, elsewhere = _holders(kind, written, receiver.party)
    if not holders and receiver.party.identifiers.at(timezone.now()).filter(
        kind=kind, value=written
    ):
        raise RuleBroken("already-theirs", _("The number is theirs already."), field="value")
    if _out_of_sight([one.party.pk for one in holders], actor):
        raise RuleBroken(
            "holder-out-of-sight",
            _("Somebody your role does not show has this number. Ask your team lead to move it."),
            field="value",
        )
    # Whose record one's role does not show is neither named nor touched.
    hidden = _out_of_sight([one.party_id for one in elsewhere], actor)
    shown = tuple(one for one in elsewhere if one.party_id not in hidden)
    return Plan(
        kind,
        written,
        receiver,
        receiver.party,
        holders,
        shown,
        _fingerprint(holders, shown),
    )


@transaction.atomic
def move_number(
    *,
    customer_id: int,
    kind: str,
    value: str,
    reason: str,
    former: str = Identifier.Ended.CORRECTED,
    services_follow: bool = False,
    also_elsewhere: bool = False,
    since: datetime | None = None,
    seen: str = "",
    actor: Actor,
) -> NumberMove:
    """Give a number to a customer and take it, with what ran on it, from whoever had it.

    `seen` is the fingerprint of the plan somebody agreed to: another state of things refuses it.
    """
    plan = plan_move(customer_id=customer_id, kind=kind, value=value, actor=actor)
    party_ids = {plan.party.pk, *(one.party.pk for one in plan.holders)}
    list(Party.objects.filter(pk__in=party_ids).order_by("pk").select_for_update(of=("self",)))
    # Looked at again under the locks: a move that ran at the same moment is seen now.
    plan = plan_move(customer_id=customer_id, kind=kind, value=value, actor=actor)
    if seen and seen != plan.seen:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed who has this number while you looked. See what would happen now."),
        )
    at = since or timezone.now()
    _refuse(plan, reason, former, at)
    rows = [row for one in plan.holders for row in _rows(one)]
    rows += plan.elsewhere if also_elsewhere else ()
    with because(actor, reason):
        ended = [end_row(row, at, former) for row in rows]
        given = Identifier(party=plan.party, kind=kind, value=plan.value)
        given.valid_from = at
        save_checked(given)
        begun = _follow(plan, at) if services_follow else []
    move = NumberMove.objects.create(
        kind=kind,
        value=plan.value,
        origin=plan.holders[0].party if plan.holders else None,
        target=plan.party,
        given=given,
        ended=ended,
        begun=begun,
        reason=reason[:200],
        by_name=actor.name,
    )
    tell(_parties(rows, given), actor)
    return move


@transaction.atomic
def undo_move(*, move_id: int, reason: str, actor: Actor) -> Undone:
    """Bring everything back to where it was, except what somebody has changed since."""
    require(actor, "customers.update_information")
    # Whoever has or had the number is named.
    require(actor, masking.PERMISSION)
    move = NumberMove.objects.select_for_update(of=("self",)).get(pk=move_id)
    if _out_of_sight([pk for pk in (move.origin_id, move.target_id) if pk is not None], actor):
        raise NumberMove.DoesNotExist
    if move.undone_at:
        return Undone(move, 0, ())
    if not reason.strip():
        raise RuleBroken(
            "say-why", _("Say why the move was wrong."), field="reason", kind="invalid"
        )
    rows = _as_they_stand(move.ended)
    party_ids = {move.target_id, *(_party_of(row) for row, _was in rows)}
    list(Party.objects.filter(pk__in=party_ids).order_by("pk").select_for_update(of=("self",)))
    given = Identifier.objects.select_for_update(of=("self",)).get(pk=move.given_id)
    if given.valid_to is not None:
        raise RuleBroken(
            "moved-on",
            _("The number has moved on since. Take that move back first, or move it anew."),
        )
    with because(actor, reason):
        given.valid_to, given.ended_because = given.valid_from, Identifier.Ended.CORRECTED
        given.save(update_fields=["valid_to", "ended_because"])
        kept = [*_take_away(move.begun), *_put_back(rows)]
    move.undone_at, move.undone_by = timezone.now(), actor.name
    move.undone_because = reason.strip()[:200]
    move.save(update_fields=["undone_at", "undone_by", "undone_because"])
    tell(Party.objects.filter(pk__in=party_ids), actor)
    return Undone(move, len(move.ended) + len(move.begun) - len(kept), tuple(kept))


def record_taken(
    *, order: Order, given: Identifier, ended: Sequence[Mapping[str, Any]], origin: Party,
    actor: Actor,
) -> NumberMove:  # fmt: skip
    """Keep that news of an order took a number from somebody it still stood with."""
    return NumberMove.objects.create(
        kind=given.kind,
        value=given.value,
        origin=origin,
        target_id=given.party_id,
        order=order,
        given=given,
        ended=list(ended),
        by_name=actor.name,
    )


def held_by_others(kind: str, value: str, party: Party, at: datetime) -> tuple[Held, ...]:
    """Others with the number, whether or not an identifier says so."""
    return _holders(kind, value, party, at)[0]


def rows_of(held: Held) -> Iterator[models.Model]:
    """Everything that ends when the number leaves them."""
    return _rows(held)


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
        "before": {name: _plain(value) for name, value in before.items()},
        "after": {name: _plain(value) for name, value in change.items()},
    }


def _holders(
    kind: str, value: str, receiver: Party, at: datetime | None = None
) -> tuple[tuple[Held, ...], tuple[ContactMedium, ...]]:
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
            tuple(one for one in products if _party_of(one) == pk),
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


def _rows(held: Held) -> Iterator[models.Model]:
    yield from held.identifiers
    yield from held.points
    yield from held.products


def _out_of_sight(party_ids: Sequence[int], actor: Actor) -> set[int]:
    """Those of them that are customers, and none that this actor sees."""
    theirs = Customer.objects.filter(party__in=party_ids, removed_at=None)
    seen = theirs.visible_to(actor).values("party")
    hidden = theirs.exclude(party__in=seen).values_list("party", flat=True)
    return {party for party in hidden if party is not None}


def _fingerprint(holders: Iterable[Held], elsewhere: Iterable[ContactMedium]) -> str:
    rows = [row for one in holders for row in _rows(one)] + list(elsewhere)
    named = sorted(f"{row._meta.model_name}:{row.pk}" for row in rows)
    return hashlib.blake2b(",".join(named).encode(), digest_size=8).hexdigest()


def _refuse(plan: Plan, reason: str, former: str, at: datetime) -> None:
    if not reason.strip():
        raise RuleBroken("say-why", _("Say why it moves."), field="reason", kind="invalid")
    if former not in Identifier.Ended.values:
        raise RuleBroken(
            "unknown-reason", _("Say why it left its former holder."), field="former", kind="input"
        )
    begun = [one.valid_from for held in plan.holders for one in held.identifiers]
    if at > timezone.now() or any(at < one for one in begun):
        raise RuleBroken(
            "not-in-their-time",
            _("The day lies before the former holder had the number, or in the future."),
            field="since",
            kind="invalid",
        )


def _follow(plan: Plan, at: datetime) -> list[dict[str, Any]]:
    """Begin the services of the former holder at the new one."""
    begun = []
    for product in (one for held in plan.holders for one in held.products):
        mine = Product(
            customer=plan.receiver,
            name=product.name,
            kind=product.kind,
            service_number=product.service_number,
            options=product.options,
            valid_from=timezone.localdate(at),
        )
        save_checked(mine)
        begun.append({"table": "product", "id": mine.pk, "name": mine.name})
    return begun


def _parties(rows: Iterable[Any], given: Identifier) -> list[Party]:
    ids = {given.party_id, *(_party_of(row) for row in rows)}
    return list(Party.objects.filter(pk__in=ids).order_by("pk"))


def _party_of(row: Any) -> int:
    owner = row.customer if isinstance(row, Product) else row
    return int(owner.party_id or 0)


def _as_they_stand(ended: Sequence[Mapping[str, Any]]) -> list[tuple[Any, Mapping[str, Any]]]:
    """The rows that ended, each with what is known of it; a removed one is left out."""
    found: list[tuple[Any, Mapping[str, Any]]] = []
    for one in ended:
        rows = _MODELS[one["table"]]._default_manager.select_for_update(of=("self",))
        row = rows.filter(pk=one["id"]).first()
        if row is not None:
            found.append((row, one))
    return found


def _put_back(rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> Iterator[str]:
    """Give each row its former values; says of which somebody has changed since."""
    for row, was in rows:
        if any(_plain(getattr(row, name)) != value for name, value in was["after"].items()):
            yield str(row)
            continue
        before = dict(was["before"])
        if before.get("preferred") and row.party.contact_media.current().filter(preferred=True):
            # Another one is preferred by now: there is one only.
            before["preferred"] = False
        for name, value in before.items():
            setattr(row, name, _value(row, name, value))
        row.save(update_fields=list(before))


def _take_away(begun: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Remove the services a move began; one that is used by now ends instead, and is named."""
    for one in begun:
        product = Product.objects.select_for_update(of=("self",)).filter(pk=one["id"]).first()
        if product is None:
            continue
        try:
            with transaction.atomic():
                product.delete()
        except models.ProtectedError:
            end_row(product, timezone.now(), "")
            yield str(product)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _value(row: models.Model, name: str, value: Any) -> Any:
    """A kept value as its column has it."""
    field = row._meta.get_field(name)
    if isinstance(value, str) and isinstance(field, models.DateTimeField):
        return parse_datetime(value)
    if isinstance(value, str) and isinstance(field, models.DateField):
        return parse_date(value)
    return value
