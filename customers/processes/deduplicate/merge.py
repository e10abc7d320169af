"""Merge two records of one person: one answers for both, and nothing is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomerUpdated, PartiesMerged, PartyUpdated
from crm.events.publish import publish
from customers.models import (
    Consent,
    Customer,
    DuplicateCase,
    Merge,
    MergedRecord,
    Party,
    SearchToken,
)
from customers.processes.deduplicate.flag import keep_keys_of
from customers.processes.deduplicate.moving import following, move

# What a person chooses between; contact points, consents and all other rows are kept of both.
PARTY_CHOICES = (
    "given_name", "middle_name", "family_name", "preferred_name", "title", "trading_name",
    "organization_type", "birth_date", "gender", "nationality", "marital_status", "language",
)  # fmt: skip
CUSTOMER_CHOICES = ("segment", "care_note", "since")


@dataclass(slots=True)
class Effect:
    """What a merge would do, before it does it."""

    rows: dict[str, int] = field(default_factory=dict)
    customers: list[tuple[int, int]] = field(default_factory=list)
    consents: int = 0


@transaction.atomic
def merge_parties(
    *,
    survivor_id: int,
    merged_id: int,
    choices: Mapping[str, str] | None = None,
    reason: str = "",
    actor: Actor,
) -> Merge:
    """Let one party answer for another; `choices` names fields to take from the other one.

    Merging what is merged already changes nothing and tells nobody.
    """
    require(actor, "customers.merge_records")
    survivor, merged = _locked(survivor_id, merged_id, actor)
    if standing := _standing(survivor_id, merged_id):
        return standing
    _may_be_one(survivor, merged)
    merge = Merge.objects.create(
        survivor=survivor, merged=merged, reason=reason[:300], by_name=actor.name
    )
    with because(actor, "merged", merge=str(merge.public_id)):
        _take_over(merge, survivor, merged, PARTY_CHOICES, choices or {})
        merge.superseded = _consents(survivor, merged)
        for origin, target in customer_pairs(survivor_id, merged_id):
            _merge_customers(merge, origin, target, choices or {})
        move(merge, Party, merged_id, survivor_id)
        merged.removed_at = timezone.now()
        merged.save(update_fields=["removed_at"])
    _remember(merge, MergedRecord.Kind.PARTY, merged_id, survivor_id)
    merge.case = _decided(survivor_id, merged_id, DuplicateCase.State.MERGED, actor)
    merge.save(update_fields=["changes", "superseded", "case"])
    refresh(survivor)
    publish(
        PartiesMerged(merge_id=merge.pk, survivor_id=survivor_id, merged_id=merged_id), actor=actor
    )
    tell_of(merge, ["mergedFrom"], actor)
    return merge


def tell_of(merge: Merge, changed: list[str], actor: Actor) -> None:
    """Tell whoever listens to the main records that they hold more, or less, than before."""
    survivor = merge.survivor
    publish(
        PartyUpdated(party_id=survivor.pk, party_kind=survivor.kind, changed=changed), actor=actor
    )
    records = merge.records.filter(kind=MergedRecord.Kind.CUSTOMER)
    for pk in records.values_list("survivor_id", flat=True).distinct():
        publish(CustomerUpdated(customer_id=pk, changed=changed), actor=actor)


def _locked(survivor_id: int, merged_id: int, actor: Actor) -> tuple[Party, Party]:
    """Both rows, in one order whoever asks."""
    if survivor_id == merged_id:
        raise RuleBroken("one-record", _("These are one record already."), kind="invalid")
    known = {
        party.pk: party
        for party in Party.objects.filter(pk__in=[survivor_id, merged_id])
        .select_for_update(of=("self",))
        .order_by("pk")
    }
    if not actor.has_perm("customers.view_party") or len(known) < 2:  # noqa: PLR2004  # both
        raise Party.DoesNotExist
    return known[survivor_id], known[merged_id]


def _standing(survivor_id: int, merged_id: int) -> Merge | None:
    return Merge.objects.filter(survivor=survivor_id, merged=merged_id, undone_at=None).first()


def _may_be_one(survivor: Party, merged: Party) -> None:
    if survivor.removed_at or merged.removed_at:
        raise RuleBroken(
            "gone", _("One of these records was merged or removed meanwhile. Open the case anew.")
        )
    if survivor.kind != merged.kind:
        raise RuleBroken(
            "not-one-kind", _("A person and an organisation are never the same."), kind="invalid"
        )


def customer_pairs(survivor_id: int, merged_id: int) -> list[tuple[int, int]]:
    """Customer records that become one, as (origin, target): of one type, on both sides."""
    rows = (
        Customer.objects.filter(party_id__in=[survivor_id, merged_id], removed_at=None)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    targets: dict[str, int] = {}
    origins: list[tuple[str, int]] = []
    # Who is a customer still stands before who was one.
    for row in sorted(rows, key=lambda one: one.status == Customer.Status.TERMINATED):
        if row.party_id == survivor_id:
            targets.setdefault(row.type, row.pk)
        else:
            origins.append((row.type, row.pk))
    return [(origin, targets[type_]) for type_, origin in origins if type_ in targets]


def _merge_customers(
    merge: Merge, origin_id: int, target_id: int, choices: Mapping[str, str]
) -> None:
    target, origin = Customer.objects.get(pk=target_id), Customer.objects.get(pk=origin_id)
    ended = Customer.Status.TERMINATED
    if target.status == ended != origin.status:
        raise RuleBroken(
            "would-end",
            _("%(number)s has ended and cannot take over a customer. Take it up again first.")
            % {"number": target.number},
        )
    _take_over(merge, target, origin, CUSTOMER_CHOICES, choices)
    move(merge, Customer, origin_id, target_id)
    origin.removed_at = timezone.now()
    origin.save(update_fields=["removed_at"])
    _remember(merge, MergedRecord.Kind.CUSTOMER, origin_id, target_id)


def _take_over(
    merge: Merge,
    survivor: Any,
    merged: Any,
    names: Iterable[str],
    choices: Mapping[str, str],
) -> None:
    """Take the chosen fields, and those the survivor does not know."""
    table, changed = survivor._meta.db_table, list[str]()
    for name in names:
        mine, theirs = getattr(survivor, name), getattr(merged, name)
        wanted = choices.get(name, "survivor" if mine else "merged")
        if wanted == "merged" and theirs and theirs != mine:
            merge.changes.append([table, survivor.pk, name, as_text(mine), as_text(theirs)])
            setattr(survivor, name, theirs)
            changed.append(name)
    if isinstance(survivor, Party) and {"given_name", "family_name", "trading_name"} & set(changed):
        named = survivor.trading_name or f"{survivor.given_name} {survivor.family_name}".strip()
        merge.changes.append([table, survivor.pk, "name", survivor.name, named])
        survivor.name = named
        changed.append("name")
    if changed:
        survivor.save(update_fields=changed)


def as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def as_value(row: Any, name: str, text: Any) -> Any:
    """What was kept as text, as the field holds it."""
    kind = row._meta.get_field(name).get_internal_type()
    return parse_date(text) if kind == "DateField" and text else text


def _consents(survivor: Party, merged: Party) -> list[int]:
    """Where both answered, the later and stricter answer stands: the survivor's may give way."""
    theirs = {
        (one.purpose_id, one.channel): one
        for one in Consent.objects.in_force().filter(party=merged)
    }
    giving_way = [
        mine.pk
        for mine in Consent.objects.in_force().filter(party=survivor)
        if (other := theirs.get((mine.purpose_id, mine.channel))) and _stands_above(other, mine)
    ]
    Consent.objects.filter(pk__in=giving_way).update(superseded_at=timezone.now())
    return giving_way


def _stands_above(other: Consent, mine: Consent) -> bool:
    if other.given != mine.given:
        return not other.given
    return other.captured_at > mine.captured_at


def _remember(merge: Merge, kind: str, record_id: int, survivor_id: int) -> None:
    MergedRecord.objects.create(
        merge=merge, kind=kind, record_id=record_id, survivor_id=survivor_id
    )


def _decided(one: int, other: int, state: str, actor: Actor) -> DuplicateCase | None:
    case = DuplicateCase.objects.filter(left=min(one, other), right=max(one, other)).first()
    if case:
        case.state, case.decided_by, case.decided_at = state, actor.name, timezone.now()
        case.save(update_fields=["state", "decided_by", "decided_at"])
    return case


def refresh(party: Party) -> None:
    """What is made from a record is made anew: its keys and the words it is found by."""
    party.refresh_from_db()
    keep_keys_of(party)
    SearchToken.objects.refresh(
        Customer.objects.filter(Q(party=party) | Q(pk__in=_customers_of(party))).values_list(
            "pk", flat=True
        )
    )


def _customers_of(party: Party) -> Any:
    return MergedRecord.objects.filter(
        kind=MergedRecord.Kind.CUSTOMER, merge__survivor=party
    ).values("record_id")


def effect_of(*, survivor_id: int, merged_id: int, actor: Actor) -> Effect:
    """What merging these two would move, table by table."""
    require(actor, "customers.merge_records")
    effect = Effect()
    with transaction.atomic():
        effect.customers = customer_pairs(survivor_id, merged_id)
    roots: list[tuple[Any, int]] = [(Party, merged_id)]
    roots += [(Customer, origin) for origin, _target in effect.customers]
    for root, origin in roots:
        for one in following(root):
            many = one.model._base_manager.filter(**{one.column: origin}).count()
            if many and not (one.model is Customer and effect.customers):
                meta = one.model._meta
                label = str(meta.verbose_name if many == 1 else meta.verbose_name_plural)
                effect.rows[label] = effect.rows.get(label, 0) + many
    return effect
