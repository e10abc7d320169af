"""Merge many agreed pairs, each on its own: one that cannot be merged stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.answering import answering
from customers.models import DuplicateCase, MergedRecord, Party
from customers.processes.deduplicate.compare import judge_anew
from customers.processes.deduplicate.merge import merge_parties

_PARTY = MergedRecord.Kind.PARTY


@dataclass(slots=True)
class Batch:
    """What came of a batch: pairs merged, and those left for a person with the reason."""

    merged: int = 0
    left: dict[int, str] = field(default_factory=dict)


def merge_agreed(*, case_ids: Sequence[int] | None = None, reason: str = "", actor: Actor) -> Batch:
    """Merge these pairs, or every sure one; a group of several becomes one record.

    The record that is older by its number in our base stays. A batch that was stopped is begun
    again: what is merged already is not merged twice.
    """
    require(actor, "customers.merge_records")
    cases = DuplicateCase.objects.visible_to(actor).open()
    if case_ids is None:
        # What a person took apart is for a person to decide again.
        cases = cases.filter(sure=True).exclude(merges__undone_at__isnull=False)
    else:
        cases = cases.filter(pk__in=case_ids)
    batch = Batch()
    for case in cases.defer("reasons").order_by("-score", "pk"):
        pk = case.pk
        one, other = sorted((answering(_PARTY, case.left_id), answering(_PARTY, case.right_id)))
        if case_ids is None and not _still_sure(case):
            batch.left[pk] = _("One of both was edited since; they look less alike now.")
            continue
        try:
            if one != other:
                merge_parties(survivor_id=one, merged_id=other, reason=reason, actor=actor)
            _close(pk, actor)
            batch.merged += 1
        except (RuleBroken, Party.DoesNotExist) as wrong:
            batch.left[pk] = str(wrong)
    return batch


def _still_sure(case: DuplicateCase) -> bool:
    """Whether a pair found sure is so after what was edited since; if not, the case says so."""
    if not judge_anew(case).sure:
        case.save(update_fields=["score", "sure", "reasons"])
    return case.sure


def _close(case_id: int, actor: Actor) -> None:
    """A pair inside a group is decided by the merges of the others."""
    still = DuplicateCase.objects.open().filter(pk=case_id)
    still.update(state=DuplicateCase.State.MERGED, decided_by=actor.name)
