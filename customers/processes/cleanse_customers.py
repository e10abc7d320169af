"""Cleanse Customer Data: one change to many records, shown before, taken back where it may be."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import SYSTEM, Actor, actor_for, require
from crm.accounts.models import Team, User
from crm.audit.history import because
from crm.errors import RuleBroken
from customers.listing import Wish
from customers.models import CleansingChange, CleansingJob, Customer
from customers.processes.update_information import update_customer

ETOM = "1.3.6.2"

PERMISSION = "customers.cleanse_customers"
FIELDS = {
    "segment": gettext_lazy("Segment"),
    "care_team_id": gettext_lazy("Team"),
    "care_note": gettext_lazy("Handle with care"),
    "name": gettext_lazy("Known as"),
    "status_reason": gettext_lazy("Reason of the status"),
}
_BITE = 100
_SAMPLE = 20
_COUNTED = 10_000
_PICKED = 1_000
_LEASE = timedelta(minutes=5)
_SPACES = re.compile(r"\s+")

_Operation, _State, _Outcome = (
    CleansingJob.Operation,
    CleansingJob.State,
    CleansingChange.Outcome,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall happen to a field, and why."""

    field: str
    operation: str
    value: str = ""
    replaced: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a job would do: some of the changes, and how many of those looked at would change."""

    sample: list[tuple[Customer, str, str]]
    looked_at: int
    changing: int
    more: bool


def show_job(
    *, asked: Asked, picked: Sequence[int] | None, query: str = "", actor: Actor
) -> CleansingJob:
    """Write down what shall happen to the picked customers, or to all a list names.

    Nothing is changed yet.
    """
    require(actor, PERMISSION)
    _sensible(asked, picked)
    newest = Customer.objects.order_by("-pk").values_list("pk", flat=True).first()
    if actor.pk is None:
        raise RuleBroken("nobody-asks", _("A job belongs to a person."), kind="input")
    return CleansingJob.objects.create(
        by_id=actor.pk,
        field=asked.field,
        operation=asked.operation,
        value=asked.value.strip() if asked.operation == _Operation.SET else asked.value,
        replaced=asked.replaced,
        reason=asked.reason.strip(),
        picked=None if picked is None else sorted(set(picked)),
        query="" if picked is not None else Wish.read(QueryDict(query).dict()).kept,
        up_to=newest or 0,
    )


def _sensible(asked: Asked, picked: Sequence[int] | None) -> None:
    """Refuse, beside its field, what cannot be meant."""
    field, operation = asked.field, asked.operation
    team, setting = field == "care_team_id", operation == _Operation.SET
    wrong: dict[tuple[str, str], bool] = {
        ("field", _("Choose what is changed.")): field not in FIELDS,
        ("operation", _("Choose what happens with it.")): operation not in _Operation,
        ("operation", _("Many customers cannot have one name. Replace text in it.")): (
            field == "name" and operation in {_Operation.SET, _Operation.CLEAR}
        ),
        ("operation", _("A team is set or taken away.")): (
            team and operation not in {_Operation.SET, _Operation.CLEAR}
        ),
        ("value", _("Say what it is set to.")): setting and not asked.value.strip(),
        ("replaced", _("Say which text is replaced.")): (
            operation == _Operation.REPLACE and not asked.replaced
        ),
        ("value", _("There is no such team.")): team and setting and not _is_team(asked.value),
        ("reason", _("Say why: it stands in the history of every record.")): (
            not asked.reason.strip()
        ),
        ("picked", _("Pick between 1 and %(n)d customers.") % {"n": _PICKED}): (
            picked is not None and not 0 < len(picked) <= _PICKED
        ),
    }
    for (where, sentence), is_so in wrong.items():
        if is_so:
            raise RuleBroken("not-a-cleansing", sentence, field=where, kind="invalid")


def _is_team(value: str) -> bool:
    return value.isdecimal() and Team.objects.filter(pk=int(value)).exists()


def preview(*, job: CleansingJob, actor: Actor) -> Shown:
    """The first of what would change, and how many of the first ten thousand."""
    require(actor, PERMISSION)
    sample: list[tuple[Customer, str, str]] = []
    looked = changing = 0
    makes = _maker(job)
    for customer in _meant(job, actor).order_by("pk")[: _COUNTED + 1].iterator(1_000):
        if looked == _COUNTED:
            return Shown(sample, looked, changing, more=True)
        looked += 1
        before = _text(customer, job.field)
        after = makes(before)
        if after != before:
            changing += 1
            if len(sample) < _SAMPLE:
                sample.append((customer, before, after))
    return Shown(sample, looked, changing, more=False)


def _meant(job: CleansingJob, actor: Actor) -> QuerySet[Customer]:
    if job.picked is not None:
        return Customer.objects.visible_to(actor).filter(pk__in=job.picked)
    wish = Wish.read(QueryDict(job.query).dict())
    return wish.customers(actor).filter(pk__lte=job.up_to)


def _maker(job: CleansingJob) -> Callable[[str], str]:
    """What the job makes of a value."""
    return {
        _Operation.SET: lambda _before: job.value,
        _Operation.CLEAR: lambda _before: "",
        _Operation.REPLACE: lambda before: before.replace(job.replaced, job.value),
        _Operation.TIDY: lambda before: _SPACES.sub(" ", before).strip(),
    }[_Operation(job.operation)]


def _text(customer: Customer, field: str) -> str:
    value = getattr(customer, field)
    return "" if value is None else str(value)


def _value(field: str, text: str) -> str | int | None:
    if field == "care_team_id":
        return int(text) if text else None
    return text


@transaction.atomic
def start_job(*, job_id: int, actor: Actor) -> CleansingJob:
    """Let the shown job run; it is started once."""
    require(actor, PERMISSION)
    return _moved(job_id, _State.SHOWN, _State.RUNNING, actor)


@transaction.atomic
def undo_job(*, job_id: int, actor: Actor) -> CleansingJob:
    """Take a finished job back, record by record, where nobody edited since."""
    require(actor, PERMISSION)
    return _moved(job_id, _State.DONE, _State.UNDOING, actor)


def _moved(job_id: int, old: str, new: str, actor: Actor) -> CleansingJob:
    job = CleansingJob.objects.select_for_update().get(pk=job_id)
    if job.by_id != actor.pk and not actor.has_perm("customers.view_all_customers"):
        raise PermissionDenied("Somebody else's job.")
    if job.state == new:
        return job
    if job.state != old:
        raise RuleBroken(
            "illegal-move",
            _("This job is %(state)s. Nothing was changed.")
            % {"state": job.get_state_display().lower()},
        )
    job.state, job.finished_at, job.leased_until = str(new), None, None
    job.save(update_fields=["state", "finished_at", "leased_until"])
    return job


def waiting_jobs() -> list[int]:
    """Jobs under way that no worker holds: new ones, and those whose worker died."""
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    busy = CleansingJob.objects.filter(state__in=[_State.RUNNING, _State.UNDOING])
    return list(busy.filter(free).order_by("pk").values_list("pk", flat=True)[:20])


@transaction.atomic
def work_on_job(*, job_id: int) -> int:
    """Do the next bite of a job, in its owner's name; returns how many records it looked at.

    The bite and how far the job is are written together: a worker that dies repeats nothing.
    """
    job = CleansingJob.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
    if job is None or job.state not in {_State.RUNNING, _State.UNDOING}:
        return 0
    actor = actor_for(User.objects.get(pk=job.by_id))
    with because(actor, "back-office-cleansing", job=str(job.public_id), why=job.reason):
        done = _forth(job, actor) if job.state == _State.RUNNING else _back(job, actor)
    job.leased_until = timezone.now() + _LEASE
    if not done:
        job.state = str(_State.DONE if job.state == _State.RUNNING else _State.UNDONE)
        job.finished_at, job.leased_until = timezone.now(), None
    job.save()
    return done


def _forth(job: CleansingJob, actor: Actor) -> int:
    makes = _maker(job)
    rest = _meant(job, actor).filter(pk__gt=job.reached).order_by("pk")
    bite = list(rest[:_BITE])
    changes = [
        change
        for customer in bite
        if (change := _changed(job, customer, makes(_text(customer, job.field)), actor))
    ]
    CleansingChange.objects.bulk_create(changes)
    if bite:
        job.reached = bite[-1].pk
        job.looked_at += len(bite)
    return len(bite)


def _changed(
    job: CleansingJob, customer: Customer, after: str, actor: Actor
) -> CleansingChange | None:
    before = _text(customer, job.field)
    if after == before:
        return None
    why = _tried(job, customer.pk, after, actor)
    return CleansingChange(
        job=job,
        customer_id=customer.pk,
        before=before,
        after=after[:250],
        outcome=_Outcome.FAILED if why else _Outcome.CHANGED,
        why=why,
    )


def _tried(job: CleansingJob, customer_id: int, text: str, actor: Actor) -> str:
    """Change one record like everybody else does; the sentence that refused it, or nothing."""
    try:
        with transaction.atomic():
            update_customer(
                customer_id=customer_id,
                changes={job.field: _value(job.field, text)},
                trigger="back-office-cleansing",
                actor=actor,
            )
    except RuleBroken as broken:
        return broken.message[:300]
    except (PermissionDenied, ObjectDoesNotExist):
        return _("The record is not there any more, or not for this role.")
    return ""


def _back(job: CleansingJob, actor: Actor) -> int:
    changes = list(job.changes.filter(outcome=_Outcome.CHANGED).order_by("pk")[:_BITE])
    ids = [change.customer_id for change in changes]
    now = Customer.objects.visible_to(SYSTEM).in_bulk(ids)
    for change in changes:
        customer = now.get(change.customer_id)
        if customer is not None and _text(customer, job.field) != change.after:
            change.outcome = _Outcome.KEPT
            change.why = _("It was edited since.")
            continue
        change.why = _tried(job, change.customer_id, change.before, actor)
        change.outcome = _Outcome.STUCK if change.why else _Outcome.REVERSED
    CleansingChange.objects.bulk_update(changes, ["outcome", "why"])
    return len(changes)


def job_of(*, public_id: UUID, actor: Actor) -> CleansingJob:
    """A job by its address; whoever may cleanse sees them all."""
    require(actor, PERMISSION)
    return CleansingJob.objects.select_related("by").get(public_id=public_id)
