"""Take a merge back: at any time, also after both were worked on."""

from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from crm.access import Actor, require
from crm.audit.history import because
from crm.events.catalogue import PartiesUnmerged
from crm.events.publish import publish
from customers.answering import holders
from customers.models import Consent, Customer, DuplicateCase, Merge, MergedRecord, Party
from customers.processes.deduplicate.merge import as_text, as_value, refresh, tell_of
from customers.processes.deduplicate.moving import bring_back


@transaction.atomic
def unmerge_parties(*, merge_id: int, reason: str = "", actor: Actor) -> Merge:
    """Bring both records back; what was written since stays with the record it was written to.

    A field edited since the merge keeps its edit, and the answer says so. Undoing twice changes
    nothing.
    """
    require(actor, "customers.merge_records")
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    if merge.undone_at:
        return merge
    list(
        Party.objects.filter(pk__in=[merge.survivor_id, merge.merged_id])
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    with because(actor, "unmerged", merge=str(merge.public_id)):
        merge.undone = _brought_back(merge)
        _show_again(merge)
        merge.undone["kept"] = _fields_back(merge)
        _consents_back(merge)
    merge.undone_at, merge.undone_by = timezone.now(), actor.name
    merge.save(update_fields=["undone", "undone_at", "undone_by"])
    if merge.case:
        merge.case.state, merge.case.note = DuplicateCase.State.OPEN, reason[:300]
        merge.case.save(update_fields=["state", "note"])
    holder = holders(MergedRecord.Kind.PARTY, merge.survivor_id)[-1]
    for party in Party.objects.filter(pk__in={holder, merge.survivor_id, merge.merged_id}):
        refresh(party)
    publish(
        PartiesUnmerged(
            merge_id=merge.pk, survivor_id=merge.survivor_id, merged_id=merge.merged_id
        ),
        actor=actor,
    )
    tell_of(merge, ["mergedFrom"], actor)
    return merge


def _brought_back(merge: Merge) -> dict[str, Any]:
    came = gone = 0
    for kind, root in ((MergedRecord.Kind.PARTY, Party), (MergedRecord.Kind.CUSTOMER, Customer)):
        records = merge.records.filter(kind=kind)
        standing = [one for record in records for one in holders(kind, record.survivor_id)]
        if standing:
            some, others = bring_back(merge, root, standing)
            came, gone = came + some, gone + others
    return {"rows": came, "gone": gone}


def _show_again(merge: Merge) -> None:
    for kind, root in ((MergedRecord.Kind.PARTY, Party), (MergedRecord.Kind.CUSTOMER, Customer)):
        hidden = merge.records.filter(kind=kind).values("record_id")
        root._base_manager.filter(pk__in=hidden).update(removed_at=None)


def _fields_back(merge: Merge) -> list[str]:
    """Give the survivor its own values again; names the fields that were edited since."""
    kept, back = list[str](), dict[tuple[str, int], dict[str, Any]]()
    for table, pk, name, before, after in merge.changes:
        row = _row(table, pk)
        if as_text(getattr(row, name)) != after:
            kept.append(name)
            continue
        back.setdefault((table, pk), {})[name] = as_value(row, name, before)
    for (table, pk), values in back.items():
        row = _row(table, pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
    return kept


def _row(table: str, pk: int) -> Model:
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    return model._base_manager.get(pk=pk)


def _consents_back(merge: Merge) -> None:
    """Answers that gave way stand again, unless the person answered since."""
    for consent in Consent.objects.filter(pk__in=merge.superseded):
        newer = Consent.objects.in_force().filter(
            party=consent.party_id, purpose=consent.purpose_id, channel=consent.channel
        )
        if not newer.exists():
            consent.superseded_at = None
            consent.save(update_fields=["superseded_at"])
