"""Move the record from what the news said before to what it says now; nothing else is touched.

What somebody corrected by hand stays, until news says something it had not said before.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.errors import RuleBroken
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    Identifier,
    Order,
    OrderedThing,
    Party,
    Product,
    SearchToken,
)
from customers.ordering.fold import Span, Target
from customers.processes.keep_identifiers import canonical
from customers.processes.move_number import end_row, held_by_others, record_taken, rows_of
from customers.processes.record_customer import new_medium, save_checked
from customers.processes.update_information import update_customer, update_party

_SHORTEST_NUMBER = 5
_RECYCLED = Identifier.Ended.RECYCLED
_DATES = frozenset({"birth_date", "death_date"})
_AGREEMENT = ("name", "term", "sla_tier", "valid_from", "valid_to")
_ACCOUNT = ("payment_method", "paperless", "currency")
_PRODUCT = ("name", "kind", "service_number", "options")
_BECOME_ACTIVE = (
    Customer.Status.PROSPECT,
    Customer.Status.VERIFIED,
    Customer.Status.SERVICES_ENDED,
)


def apply(customer: Customer, before: Target, after: Target, *, order: Order, actor: Actor) -> None:
    """Write every difference between the two targets; the caller holds the customer's row.

    `order` is the one whose news made the difference: what it takes from somebody is told there.
    """
    if customer.party is not None:
        _fields(customer, customer.party, before, after, actor)
        for key, medium in _changed(before.media, after.media):
            _medium(customer.party, key, medium)
    for key, agreement in _changed(before.agreements, after.agreements):
        _agreement(customer, key, agreement)
    for key, account in _changed(before.accounts, after.accounts):
        _account(customer, key, account)
    for key, product in _changed(before.products, after.products):
        _product(customer, key, product, before.products.get(key))
    if customer.party is not None:
        for (kind, value), span in _changed(before.identifiers, after.identifiers):
            _identifier(customer.party, kind, value, span, order=order, actor=actor)
    _begin(customer, before, after, actor)
    SearchToken.objects.refresh([customer.pk])


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    for key in sorted(after, key=repr):
        if before.get(key) != after[key]:
            yield key, after[key]


def _fields(customer: Customer, party: Party, before: Target, after: Target, actor: Actor) -> None:
    changes = {
        name: _day(value) if name in _DATES else value
        for name, value in _changed(before.fields, after.fields)
    }
    if not changes:
        return
    was_called = party.name
    updated = update_party(party_id=party.pk, changes=changes, trigger="other-process", actor=actor)
    if customer.name == was_called and updated.name and updated.name != was_called:
        update_customer(
            customer_id=customer.pk,
            changes={"name": updated.name},
            trigger="other-process",
            actor=actor,
        )
    party.refresh_from_db()


def _medium(party: Party, key: tuple[str, ...], said: Mapping[str, Any]) -> None:
    begins = said["valid_from"]
    wanted = new_medium(party, {name: said[name] for name in said if name != "valid_from"})
    held = ContactMedium.objects.filter(
        Q(normalised=wanted.normalised) if wanted.normalised else Q(value=wanted.value),
        party=party,
        type=wanted.type,
        role=wanted.role,
        valid_to=None,
    ).first()
    if held is None:
        wanted.valid_from = begins
        save_checked(wanted)
        return
    held.valid_from = min(held.valid_from, begins)
    held.preferred = wanted.preferred
    held.save(update_fields=["valid_from", "preferred"])


def _agreement(customer: Customer, key: str, said: Mapping[str, Any]) -> None:
    thing = _thing(customer, OrderedThing.Kind.AGREEMENT, key)
    row = thing.agreement or Agreement(customer=customer, name=str(said.get("id", ""))[-120:])
    for name in _AGREEMENT:
        if name in said:
            value = said[name]
            setattr(row, name, _day(value) if name.startswith("valid_") else value)
    if "valid_from" not in said:
        row.valid_from = timezone.localdate(said["told_at"])
    save_checked(row)
    thing.agreement = row
    thing.save()


def _account(customer: Customer, key: str, said: Mapping[str, Any]) -> None:
    thing = _thing(customer, OrderedThing.Kind.ACCOUNT, key)
    number = str(said.get("number") or key.partition("|")[2])[:60]
    row = (
        thing.account
        or Account.objects.filter(customer=customer, number=number).first()
        or Account(customer=customer, number=number)
    )
    row.number = number
    for name in _ACCOUNT:
        if name in said:
            setattr(row, name, said[name])
    if Account.objects.filter(number=number).exclude(pk=row.pk).exists():
        raise RuleBroken(
            "account-of-another-customer",
            _("The account %(number)s belongs to another customer. Nothing was changed.")
            % {"number": number},
            field="billingAccount",
        )
    row.save()
    thing.account = row
    thing.save()


def _product(
    customer: Customer, key: str, said: Mapping[str, Any], said_before: Mapping[str, Any] | None
) -> None:
    thing = _thing(customer, OrderedThing.Kind.PRODUCT, key)
    row = thing.product or Product(customer=customer, name=key.partition("|")[2][:120])
    for name in _PRODUCT:
        if name in said:
            setattr(row, name, said[name])
    row.valid_from = timezone.localdate(said["valid_from"])
    ended = said["valid_to"]
    # One that ended with its number is not taken up again by news of something else.
    if said_before is None or said_before["valid_to"] != ended:
        row.valid_to = timezone.localdate(ended) if ended else None
        row.status = Product.Status.ENDED if ended else Product.Status.ACTIVE
    save_checked(row)
    thing.product = row
    thing.save()


def _thing(customer: Customer, kind: str, key: str) -> OrderedThing:
    source, _separator, external_id = key.partition("|")
    held = OrderedThing.objects.select_related("agreement", "account", "product").filter(
        source=source, kind=kind, external_id=external_id
    )
    return held.first() or OrderedThing(
        customer=customer, source=source, kind=kind, external_id=external_id
    )


def _identifier(
    party: Party, kind: str, said: str, span: Span, *, order: Order, actor: Actor
) -> None:
    """Put a number where it belongs in time: between whoever had it before and has it after."""
    value = _spelled(kind, said)
    rows = Identifier.objects.select_for_update(of=("self",)).filter(
        kind=kind, issuer="", value=value
    )
    others = rows.exclude(party=party)
    later = [one.valid_from for one in others if one.valid_from > span.start]
    ends = min([at for at in (span.end, *later) if at is not None], default=None)
    taken = [
        (held.party, held.stands, [end_row(row, span.start, _RECYCLED) for row in rows_of(held)])
        for held in held_by_others(kind, value, party, span.start)
    ]
    mine = rows.filter(party=party).order_by("-valid_from").first()
    if mine is None or (mine.valid_to is not None and mine.valid_to <= span.start):
        # A number that comes back begins anew: that it was theirs before stays told.
        mine = Identifier(party=party, kind=kind, value=value)
    mine.valid_from, mine.valid_to = span.start, ends
    mine.ended_because = "" if ends is None else _why(span, ends)
    save_checked(mine)
    if ends is not None and ends != span.end:
        _end_what_ran_on(mine)
    for origin, stood, ended in taken:
        _follow_search(origin)
        if stood and ends is None:
            record_taken(order=order, given=mine, ended=ended, origin=origin, actor=actor)


def _spelled(kind: str, said: str) -> str:
    """The one spelling of a number; one the network gave is not refused for being unusual."""
    try:
        return canonical(kind, said)
    except RuleBroken:
        digits = "".join(sign for sign in said if sign.isascii() and sign.isdigit())
        if len(digits) < _SHORTEST_NUMBER:
            raise
        return digits


def _why(span: Span, ends: datetime) -> str:
    return Identifier.Ended.REPLACED if ends == span.end else _RECYCLED


def _end_what_ran_on(identifier: Identifier) -> None:
    """A number that went to somebody else takes its contact points and products along."""
    if identifier.kind != Identifier.Kind.MSISDN or identifier.valid_to is None:
        return
    ContactMedium.objects.filter(
        party=identifier.party_id,
        type__in=("mobile", "phone"),
        normalised=f"+{identifier.value}",
        valid_to=None,
    ).update(valid_to=identifier.valid_to, preferred=False)
    Product.objects.filter(
        customer__party=identifier.party_id,
        service_number__in=(identifier.value, f"+{identifier.value}"),
    ).exclude(status=Product.Status.ENDED).update(
        status=Product.Status.ENDED, valid_to=timezone.localdate(identifier.valid_to)
    )
    _follow_search(identifier.party)


def _follow_search(party: Party) -> None:
    holders = Customer.objects.filter(party=party)
    SearchToken.objects.refresh(holders.values_list("pk", flat=True))


def _begin(customer: Customer, before: Target, after: Target, actor: Actor) -> None:
    """Whoever has a contract or a service is a customer, since the first of them."""
    since = _first(after)
    changes: dict[str, Any] = {}
    if since is None:
        return
    if customer.status in _BECOME_ACTIVE:
        changes["status"] = Customer.Status.ACTIVE
    if customer.since is None or customer.since == _first(before):
        changes["since"] = since
    update_customer(customer_id=customer.pk, changes=changes, trigger="other-process", actor=actor)
    customer.refresh_from_db()


def _first(target: Target) -> datetime | None:
    return min([at for at in (target.contract_at, target.service_at) if at], default=None)


def _day(value: Any) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value if isinstance(value, date) or value is None else None
