"""Keep Relations: households, hierarchies and roles, each with its beginning and its end."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerUpdated, PartyUpdated
from crm.events.publish import publish
from customers.models import Customer, CustomerRole, Party, PartyRelationship
from customers.processes.record_customer import save_checked

ETOM = "1.3.6.2"

_Kind = PartyRelationship.Kind
# Read from top to bottom; nobody stands below themselves.
HIERARCHIES: Final = frozenset({_Kind.PARENT, _Kind.SUBSIDIARY, _Kind.GUARDIAN})
# Read alike from both sides: one row says it.
MUTUAL: Final = frozenset({_Kind.PARTNER, _Kind.HOUSEHOLD})
_OF_PEOPLE: Final = frozenset({_Kind.PARTNER, _Kind.PARENT, _Kind.GUARDIAN})


@transaction.atomic
def tie(
    *,
    source_id: int,
    target_id: int,
    kind: str,
    note: str = "",
    valid_from: datetime | None = None,
    trigger: str = "customer-notified",
    actor: Actor,
) -> PartyRelationship:
    """Tie two parties; the same tie said again, also from the other side, is the same tie."""
    require(actor, "customers.update_information")
    if kind not in _Kind.values:
        raise RuleBroken(
            "unknown-kind", _("There is no such relationship."), field="kind", kind="input"
        )
    source, target = _both(source_id, target_id, actor)
    _refuse_unfitting(source, target, kind)
    if standing := _standing(source, target, kind):
        return standing
    if kind in HIERARCHIES:
        _refuse_cycle(source, target, kind)
    with because(actor, trigger):
        made = PartyRelationship(
            source=source,
            target=target,
            kind=kind,
            note=note,
            valid_from=valid_from or timezone.now(),
        )
        save_checked(made)
        _tell(source, target, actor=actor)
    return made


@transaction.atomic
def untie(
    *,
    relationship_id: int,
    at: datetime | None = None,
    trigger: str = "customer-notified",
    actor: Actor,
) -> PartyRelationship:
    """End a tie; it stays readable as what was so until then."""
    require(actor, "customers.update_information")
    seen = Party.objects.visible_to(actor)
    relation = (
        PartyRelationship.objects.select_for_update(of=("self",))
        .select_related("source", "target")
        .get(pk=relationship_id, source__in=seen, target__in=seen)
    )
    if relation.valid_to is None:
        with because(actor, trigger):
            relation.valid_to = max(at or timezone.now(), relation.valid_from)
            relation.save(update_fields=["valid_to"])
            _tell(relation.source, relation.target, actor=actor)
    return relation


@transaction.atomic
def stand_again(*, relationship_id: int, actor: Actor) -> PartyRelationship:
    """Take an end back, unless the same was recorded anew meanwhile."""
    require(actor, "customers.update_information")
    seen = Party.objects.visible_to(actor)
    relation = (
        PartyRelationship.objects.select_for_update(of=("self",))
        .select_related("source", "target")
        .get(pk=relationship_id, source__in=seen, target__in=seen)
    )
    if relation.valid_to is not None:
        if relation.kind in HIERARCHIES:
            _refuse_cycle(relation.source, relation.target, relation.kind)
        with because(actor, "undone"):
            relation.valid_to = None
            save_checked(relation)
            _tell(relation.source, relation.target, actor=actor)
    return relation


@transaction.atomic
def assign_role(
    *,
    customer_id: int,
    party_id: int,
    role: str,
    note: str = "",
    valid_from: datetime | None = None,
    trigger: str = "customer-notified",
    actor: Actor,
) -> CustomerRole:
    """Let a party play a part for a customer from a day on; said twice it is one role."""
    require(actor, "customers.update_information")
    if role not in CustomerRole.Role.values:
        raise RuleBroken("unknown-role", _("There is no such role."), field="role", kind="input")
    customer = Customer.objects.visible_to(actor).lock(customer_id)
    party = Party.objects.visible_to(actor).get(pk=party_id)
    _refuse_unfitting_role(customer, party, role)
    standing = customer.roles.filter(party=party, role=role, valid_to=None).first()
    if standing is not None:
        return standing
    with because(actor, trigger):
        made = CustomerRole(
            customer=customer,
            party=party,
            role=role,
            note=note,
            valid_from=valid_from or timezone.now(),
        )
        save_checked(made)
    publish(CustomerUpdated(customer_id=customer.pk, changed=["roles"]), actor=actor)
    return made


@transaction.atomic
def end_role(
    *,
    role_id: int,
    at: datetime | None = None,
    trigger: str = "customer-notified",
    actor: Actor,
) -> CustomerRole:
    """End a role; who played it then stays on record."""
    require(actor, "customers.update_information")
    role = _role(role_id, actor)
    if role.valid_to is None:
        with because(actor, trigger):
            role.valid_to = max(at or timezone.now(), role.valid_from)
            role.save(update_fields=["valid_to"])
        publish(CustomerUpdated(customer_id=role.customer_id, changed=["roles"]), actor=actor)
    return role


@transaction.atomic
def play_again(*, role_id: int, actor: Actor) -> CustomerRole:
    """Take the end of a role back."""
    require(actor, "customers.update_information")
    role = _role(role_id, actor)
    if role.valid_to is not None:
        with because(actor, "undone"):
            role.valid_to = None
            save_checked(role)
        publish(CustomerUpdated(customer_id=role.customer_id, changed=["roles"]), actor=actor)
    return role


def _role(role_id: int, actor: Actor) -> CustomerRole:
    seen = Customer.objects.visible_to(actor)
    return CustomerRole.objects.select_for_update(of=("self",)).get(pk=role_id, customer__in=seen)


def _both(source_id: int, target_id: int, actor: Actor) -> tuple[Party, Party]:
    """Both parties, locked in one order for everybody."""
    seen = Party.objects.visible_to(actor).filter(pk__in=(source_id, target_id))
    found = {one.pk: one for one in seen.order_by("pk").select_for_update(of=("self",))}
    try:
        return found[source_id], found[target_id]
    except KeyError:
        raise Party.DoesNotExist from None


def _standing(source: Party, target: Party, kind: str) -> PartyRelationship | None:
    pairs = [(source, target)] + ([(target, source)] if kind in MUTUAL else [])
    for one, other in pairs:
        found = PartyRelationship.objects.filter(
            source=one, target=other, kind=kind, valid_to=None
        ).first()
        if found is not None:
            return found
    return None


def _refuse_unfitting(source: Party, target: Party, kind: str) -> None:
    organization = Party.Kind.ORGANIZATION
    kinds = {source.kind, target.kind}
    wrong = (
        (kind in _OF_PEOPLE and organization in kinds)
        or (kind == _Kind.SUBSIDIARY and kinds != {organization})
        or (kind == _Kind.EMPLOYER and target.kind == organization)
    )
    if source.pk == target.pk or wrong:
        raise RuleBroken(
            "not-between-these",
            _("This relationship is not possible between these two."),
            field="kind",
            kind="invalid",
        )


def _refuse_unfitting_role(customer: Customer, party: Party, role: str) -> None:
    organization = party.kind == Party.Kind.ORGANIZATION
    personal = {CustomerRole.Role.GUARDIAN, CustomerRole.Role.FLEET, CustomerRole.Role.DECIDES}
    if (role in personal and organization) or (
        role == CustomerRole.Role.GUARDIAN and customer.party_id == party.pk
    ):
        raise RuleBroken(
            "not-this-role",
            _("This role is for another person."),
            field="role",
            kind="invalid",
        )


def _refuse_cycle(source: Party, target: Party, kind: str) -> None:
    """Hierarchies of one kind grow one at a time, so that two people cannot close a ring."""
    # A statement of its own: what another has just committed must be in sight of the next one.
    sql.rows("customers/hierarchy_lock.sql", {"kind": kind})
    found = sql.rows(
        "customers/hierarchy_above.sql", {"kind": kind, "from": source.pk, "to": target.pk}
    )
    if found[0]["above"]:
        raise RuleBroken(
            "goes-in-a-circle",
            _("%(target)s stands above %(source)s already; both ways round is not possible.")
            % {"target": target.name, "source": source.name},
            field="kind",
        )


def _tell(*parties: Party, actor: Actor) -> None:
    for party in parties:
        # The revision moves: what a reader of either side saw is not the whole any more.
        Party.objects.filter(pk=party.pk).update(updated_at=timezone.now())
        publish(
            PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=["relations"]),
            actor=actor,
        )
