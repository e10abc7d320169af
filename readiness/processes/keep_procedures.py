"""Keep Procedures: written, approved by somebody else, in effect from their day until the next."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken
from readiness.models import Procedure, ProcedureVersion
from readiness.tokens import words_of

ETOM = "1.3.1"

State = ProcedureVersion.State
_BATCH = 100
_DAYS_A_MONTH = 30.44


@transaction.atomic
def draft_procedure(
    *, procedure_id: int, body: str, change_note: str, to_be_read: bool = True, actor: Actor
) -> ProcedureVersion:
    """Write the next wording of a procedure; nobody works by it yet."""
    require(actor, "readiness.draft_procedure")
    procedure = Procedure.objects.select_for_update().get(pk=procedure_id)
    if not body.strip():
        raise RuleBroken("nothing-said", _("Write the steps first."), field="body", kind="invalid")
    last = procedure.versions.aggregate(last=Max("number"))["last"] or 0
    return ProcedureVersion.objects.create(
        procedure=procedure,
        number=last + 1,
        body=body.strip(),
        change_note=change_note.strip()[:250],
        to_be_read=to_be_read,
        author_id=actor.pk,
    )


@transaction.atomic
def approve_procedure(
    *, version_id: int, effective_from: date | None = None, actor: Actor
) -> ProcedureVersion:
    """Approve somebody else's draft; it takes effect on its day, today if none is said."""
    require(actor, "readiness.approve_procedure")
    version = ProcedureVersion.objects.lock(version_id)
    if version.state in {State.APPROVED, State.EFFECTIVE}:
        return version
    if version.state != State.DRAFT:
        raise RuleBroken("illegal-move", _("Only a draft can be approved. Nothing was changed."))
    if actor.pk is not None and version.author_id == actor.pk:
        raise RuleBroken(
            "own-work", _("You wrote it yourself: somebody else has to approve it."), field="state"
        )
    today = timezone.localdate()
    version.state = State.APPROVED
    version.approved_by_id, version.approved_at = actor.pk, timezone.now()
    version.effective_from = max(effective_from or version.effective_from or today, today)
    version.save(update_fields=["state", "approved_by", "approved_at", "effective_from"])
    if version.effective_from == today:
        _begin(version, today)
    return version


@transaction.atomic
def withdraw_procedure(*, version_id: int, actor: Actor) -> ProcedureVersion:
    """Take a wording out of use, or give it up before it began."""
    require(actor, "readiness.approve_procedure")
    version = ProcedureVersion.objects.lock(version_id)
    if version.state == State.SUPERSEDED:
        raise RuleBroken("illegal-move", _("It was superseded already. Nothing was changed."))
    if version.state != State.WITHDRAWN:
        version.state = State.WITHDRAWN
        version.save(update_fields=["state"])
    return version


def begin_approved(*, actor: Actor = SYSTEM) -> int:
    """Bring into effect what was approved for today or earlier."""
    require(actor, "readiness.approve_procedure")
    today = timezone.localdate()
    with transaction.atomic():
        due = ProcedureVersion.objects.filter(state=State.APPROVED, effective_from__lte=today)
        locked = due.select_for_update(of=("self",), skip_locked=True).select_related("procedure")
        # The later wording of one procedure stands at the end.
        some = list(locked.order_by("effective_from", "number")[:_BATCH])
        for version in some:
            _begin(version, today)
    return len(some)


def _begin(version: ProcedureVersion, today: date) -> None:
    procedure = Procedure.objects.select_for_update().get(pk=version.procedure_id)
    procedure.versions.effective().update(state=State.SUPERSEDED)
    months = procedure.review_every
    version.state = State.EFFECTIVE
    version.review_due = date.fromordinal(today.toordinal() + round(months * _DAYS_A_MONTH))
    version.save(update_fields=["state", "review_due"])
    procedure.words = words_of(procedure.title, version.body)
    procedure.save(update_fields=["words"])
