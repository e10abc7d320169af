"""A person decides about a pair; “not the same” is remembered."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from customers.models import DuplicateCase


@transaction.atomic
def dismiss(*, case_id: int, reason: str = "", actor: Actor) -> DuplicateCase:
    """Say that two records are two people; saying it again changes nothing."""
    case = _mine(case_id, actor)
    if case.state == DuplicateCase.State.DISMISSED:
        return case
    return _decided(case, DuplicateCase.State.DISMISSED, reason, actor)


@transaction.atomic
def reopen(*, case_id: int, actor: Actor) -> DuplicateCase:
    """Take back that two records are two people."""
    case = _mine(case_id, actor)
    if case.state == DuplicateCase.State.OPEN:
        return case
    return _decided(case, DuplicateCase.State.OPEN, "", actor)


def _mine(case_id: int, actor: Actor) -> DuplicateCase:
    require(actor, "customers.match_customers")
    case = DuplicateCase.objects.visible_to(actor).lock(case_id)
    if case.state == DuplicateCase.State.MERGED:
        raise RuleBroken("merged", _("These two are merged. Undo the merge first."))
    return case


def _decided(case: DuplicateCase, state: str, reason: str, actor: Actor) -> DuplicateCase:
    case.state, case.note = state, reason[:300]
    case.decided_by, case.decided_at = actor.name, timezone.now()
    with because(actor, reason or state):
        case.save(update_fields=["state", "note", "decided_by", "decided_at"])
    return case
