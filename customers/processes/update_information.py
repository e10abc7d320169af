"""Update Customer Data: change what is recorded, saying which of the three triggers caused it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import (
    CustomerRemoved,
    CustomerStatusChanged,
    CustomerUpdated,
    PartyRemoved,
    PartyUpdated,
)
from crm.events.publish import publish
from customers import attributes
from customers.contact_points import written
from customers.lifecycle import refuse_plain_change
from customers.models import ContactMedium, Customer, Hold, Party, SearchToken
from customers.processes.deduplicate.flag import keep_keys_of
from customers.processes.record_customer import (
    CUSTOMER_FIELDS,
    MEDIUM_FIELDS,
    PARTY_FIELDS,
    composed_name,
    known,
    new_medium,
    save_checked,
)

ETOM = "1.3.6.2"

TRIGGERS = ("customer-notified", "other-process", "back-office-cleansing")
_NAME_PARTS = {"given_name", "family_name", "trading_name"}


@transaction.atomic
def update_party(
    *,
    party_id: int,
    changes: Mapping[str, Any],
    contact_media: Sequence[Mapping[str, Any]] | None = None,
    expected_revision: int | None = None,
    trigger: str,
    actor: Actor,
) -> Party:
    """Change a party; `contact_media`, when given, is the whole new list."""
    require(actor, "customers.update_information")
    known_trigger(trigger)
    known(changes, PARTY_FIELDS)
    party = Party.objects.visible_to(actor).lock(party_id)
    unchanged_since(party, expected_revision)
    with because(actor, trigger):
        named_by_parts = party.name == composed_name(party)
        changed = _assign(party, changes)
        if named_by_parts and _NAME_PARTS & set(changed) and "name" not in changes:
            party.name = composed_name(party)
        if contact_media is not None and _replace_media(party, contact_media):
            changed.append("contact_media")
        if not changed:
            return party
        # Saved even for a contact point alone: the revision is the version of the whole.
        save_checked(party)
    party.refresh_from_db(fields=["revision", "updated_at"])
    keep_keys_of(party)
    SearchToken.objects.refresh(party.relationships.values_list("pk", flat=True))
    publish(
        PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=sorted(changed)),
        actor=actor,
    )
    return party


@transaction.atomic
def update_customer(
    *,
    customer_id: int,
    changes: Mapping[str, Any],
    expected_revision: int | None = None,
    trigger: str,
    actor: Actor,
) -> Customer:
    """Change a customer; asking for what is already so changes nothing and tells nobody."""
    require(actor, "customers.update_information")
    known_trigger(trigger)
    known(changes, CUSTOMER_FIELDS)
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    unchanged_since(customer, expected_revision)
    with because(actor, trigger):
        before = customer.status, customer.characteristics
        changed = _assign(customer, changes)
        if not changed:
            return customer
        _refuse_wrong(customer, *before, changed=changed, actor=actor)
        save_checked(customer)
    customer.refresh_from_db(fields=["revision", "updated_at"])
    SearchToken.objects.refresh([customer.pk])
    publish(CustomerUpdated(customer_id=customer.pk, changed=sorted(changed)), actor=actor)
    if "status" in changed:
        publish(
            CustomerStatusChanged(
                customer_id=customer.pk, old=before[0], new=customer.status, plain=True
            ),
            actor=actor,
        )
    return customer


@transaction.atomic
def remove_party(*, party_id: int, actor: Actor) -> None:
    """Take a party out of sight; refused while a customer record stands on it."""
    require(actor, "customers.remove_record")
    party = Party.objects.visible_to(actor).lock(party_id)
    standing = party.relationships.filter(removed_at=None).values_list("public_id", flat=True)
    if standing:
        raise RuleBroken(
            "still-a-customer",
            _("A customer record stands on this party. Remove that first."),
            details={"customers": [str(public_id) for public_id in standing]},
        )
    with because(actor, "removed"):
        party.removed_at = timezone.now()
        party.save(update_fields=["removed_at"])
    publish(PartyRemoved(party_id=party.pk, party_kind=party.kind), actor=actor)


@transaction.atomic
def remove_customer(*, customer_id: int, actor: Actor) -> None:
    """Take a customer out of sight; refused while somebody still holds it."""
    require(actor, "customers.remove_record")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    holds = list(Hold.objects.filter(customer=customer, released_at=None))
    if holds:
        raise RuleBroken(
            "held",
            _("Something is still open for this customer: %(what)s. Finish it first.")
            % {"what": ", ".join(str(hold) for hold in holds)},
            details={"holds": [str(hold) for hold in holds]},
        )
    with because(actor, "removed"):
        customer.removed_at = timezone.now()
        customer.save(update_fields=["removed_at"])
    SearchToken.objects.refresh([customer.pk])
    publish(CustomerRemoved(customer_id=customer.pk), actor=actor)


def known_trigger(trigger: str) -> None:
    """Refuse a change that names none of the three triggers."""
    if trigger not in TRIGGERS:
        raise RuleBroken(
            "unknown-trigger",
            _("Say what caused the change: %(known)s.") % {"known": ", ".join(TRIGGERS)},
            field="trigger",
            kind="input",
        )


def unchanged_since(row: Party | Customer, expected_revision: int | None) -> None:
    """Refuse to write over what somebody else wrote meanwhile."""
    if expected_revision is not None and row.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this record meanwhile. Your entries are kept; read theirs first."),
            kind="precondition",
            details={"revision": row.revision},
        )


def _assign(row: Party | Customer, changes: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def _refuse_wrong(
    customer: Customer,
    status: str,
    characteristics: list[dict[str, Any]],
    *,
    changed: list[str],
    actor: Actor,
) -> None:
    """What the columns cannot say of a change: states, own attributes, and who may be named."""
    if "status" in changed:
        wanted, customer.status = customer.status, status
        refuse_plain_change(customer, wanted)
        customer.status = wanted
    if {"characteristics", "type"} & set(changed):
        customer.characteristics = attributes.checked(
            customer.type, customer.characteristics, characteristics
        )
    if "party_id" in changed and customer.party_id is not None:
        Party.objects.visible_to(actor).get(pk=customer.party_id)


def _replace_media(party: Party, given: Sequence[Mapping[str, Any]]) -> bool:
    """Make the current contact points the given ones; what is gone ends, it is not lost."""
    standing = {_key(medium): medium for medium in party.contact_media.current()}
    wanted = [new_medium(party, one) for one in given]
    changed = False
    for one in wanted:
        kept = standing.pop(_key(one), None)
        if kept is None:
            save_checked(one)
            changed = True
        else:
            changed |= _take_over(kept, one, given[wanted.index(one)])
    now = timezone.now()
    for gone in standing.values():
        gone.valid_to = now
        gone.save(update_fields=["valid_to"])
    return changed or bool(standing)


def _key(medium: ContactMedium) -> tuple[str, str, str]:
    return medium.type, medium.normalised or medium.value, medium.role


def _take_over(kept: ContactMedium, one: ContactMedium, given: Mapping[str, Any]) -> bool:
    names = [name for name in ("value", *MEDIUM_FIELDS) if name in given and name != "public_id"]
    changed = [name for name in names if getattr(kept, name) != getattr(one, name)]
    for name in changed:
        setattr(kept, name, getattr(one, name))
    if changed:
        spelling = written(kept.type, kept.value, region=settings.CRM_REGION)
        kept.normalised, kept.reversed_digits = spelling.normalised, spelling.reversed_digits
        save_checked(kept)
    return bool(changed)
