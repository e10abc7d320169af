"""Create Customer Record: write a person, an organisation or a customer down once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerCreated, PartyCreated
from crm.events.publish import publish
from customers import attributes
from customers.contact_points import written
from customers.models import ContactMedium, Customer, Identifier, Party, SearchToken
from customers.processes.deduplicate.flag import as_record, flag, keep_keys, look_for, source_of

ETOM = "1.3.6.1"

PARTY_FIELDS = frozenset(
    {
        "status", "name", "given_name", "middle_name", "family_name", "preferred_name", "title",
        "gender", "birth_date", "death_date", "nationality", "marital_status", "trading_name",
        "organization_type", "language", "as_given",
    }
)  # fmt: skip
CUSTOMER_FIELDS = frozenset(
    {
        "name", "number", "type", "segment", "status", "status_as_given", "status_reason", "since",
        "care_team_id", "care_note", "characteristics", "as_given", "party_id",
    }
)  # fmt: skip
MEDIUM_FIELDS = (
    "type_as_given", "characteristic", "role", "preferred", "state", "verified_at", "valid_from",
    "valid_to", "public_id",
)  # fmt: skip


@transaction.atomic
def record_party(
    *,
    kind: str,
    fields: Mapping[str, Any],
    contact_media: Sequence[Mapping[str, Any]] = (),
    identifiers: Sequence[Mapping[str, Any]] = (),
    source: str = "back-office",
    as_given: Mapping[str, Any] | None = None,
    if_alike: str = "flag",
    not_the_same: str = "",
    actor: Actor,
) -> Party:
    """Record a person or an organisation with its contact points and identifiers.

    Whoever looks like somebody recorded is flagged for a person; with `if_alike` “refuse” the
    likeness must first be answered with a reason (`not_the_same`).
    """
    require(actor, "customers.record_customer")
    known(fields, PARTY_FIELDS)
    party = Party(kind=kind, source=source, **fields)
    party.as_given = dict(as_given if as_given is not None else party.as_given)
    party.name = party.name or composed_name(party)
    record = as_record(kind, {**fields, "name": party.name}, contact_media, identifiers)
    found = look_for(
        kind=kind, record=record, if_alike=if_alike, not_the_same=not_the_same, actor=actor
    )
    save_checked(party)
    for medium in contact_media:
        save_checked(new_medium(party, medium))
    for identifier in identifiers:
        save_checked(Identifier(party=party, **identifier))
    keep_keys({party.pk: record})
    flag(party, found, source=source_of(if_alike), note=not_the_same)
    publish(PartyCreated(party_id=party.pk, party_kind=party.kind), actor=actor)
    return party


@transaction.atomic
def record_customer(
    *,
    name: str,
    party_id: int | None,
    number: str | None = None,
    type: str = "consumer",
    fields: Mapping[str, Any] | None = None,
    source: str = "back-office",
    as_given: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Customer:
    """Record our relationship with a party; without a number it gets the next one."""
    require(actor, "customers.record_customer")
    known(fields or {}, CUSTOMER_FIELDS)
    if party_id is not None:
        # Who may not see somebody cannot hang a record on them either.
        Party.objects.visible_to(actor).get(pk=party_id)
    customer = Customer(
        name=name, party_id=party_id, type=type, source=source, **dict(fields or {})
    )
    customer.number = number or customer.number or next_number()
    customer.as_given = dict(as_given if as_given is not None else customer.as_given)
    refuse_ended(customer)
    customer.characteristics = attributes.checked(customer.type, customer.characteristics)
    save_checked(customer)
    SearchToken.objects.refresh([customer.pk])
    publish(CustomerCreated(customer_id=customer.pk), actor=actor)
    return customer


def known(given: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Refuse a field that this process does not write."""
    for name in given.keys() - allowed:
        raise RuleBroken(
            "unknown-field",
            _("%(name)s cannot be written here. Leave it out.") % {"name": name},
            field=name,
            kind="input",
        )


def refuse_ended(customer: Customer) -> None:
    """Ending needs a reason and a process of its own."""
    if customer.status == Customer.Status.TERMINATED and not customer.ended_at:
        raise RuleBroken(
            "end-with-a-reason",
            _("A relationship is ended with a reason. Use “End relationship”."),
            field="status",
            kind="invalid",
        )


def save_checked(row: Model) -> None:
    """Check every rule the database would check, in words, then save."""
    try:
        row.full_clean()
    except ValidationError as wrong:
        raise _broken(wrong) from wrong
    row.save()


def _broken(wrong: ValidationError) -> RuleBroken:
    problems: dict[str, list[str]] = wrong.message_dict
    field, messages = next(iter(problems.items()))
    taken = any(problem.code == "unique" for problem in wrong.error_dict[field])
    return RuleBroken(
        "already-recorded" if taken else "not-valid",
        " ".join(messages),
        field="" if field == "__all__" else field,
        kind="conflict" if taken else "invalid",
        details={"problems": problems},
    )


def composed_name(party: Party) -> str:
    """The name to show when none was given as a whole."""
    if party.kind == Party.Kind.ORGANIZATION:
        return party.trading_name
    return " ".join(filter(None, (party.given_name, party.family_name)))


def new_medium(party: Party, given: Mapping[str, Any]) -> ContactMedium:
    """A contact point in its one spelling, or as given where it has none."""
    kind, value = str(given["type"]), str(given.get("value", "")).strip()
    spelling = written(kind, value, region=settings.CRM_REGION)
    more = {name: given[name] for name in MEDIUM_FIELDS if given.get(name) is not None}
    return ContactMedium(
        party=party,
        type=kind,
        value=value,
        normalised=spelling.normalised,
        reversed_digits=spelling.reversed_digits,
        **more,
    )


def next_number() -> str:
    """The next customer number of our own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customers_customer_number')")
        (value,) = cursor.fetchone() or (0,)
    return f"C-{value:06d}"
