"""One step on many matters: each is its own step of its own history, all can be taken back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from interactions.models import Batch, Interaction
from interactions.processes.manage_interaction.snoozing import snooze, wake
from interactions.processes.tag_interaction import retag, tag, untag
from interactions.processes.update_interaction.handing import assign, transfer

AT_MOST: Final = 200
Before = Callable[[Interaction], Any]
Step = Callable[[int], object]
# What a step changes on a matter, as it stands: read before, after, and before it is taken back.
_STANDS: Final[Mapping[Batch.Kind, Before]] = {
    Batch.Kind.ASSIGN: lambda one: one.owner_id,
    Batch.Kind.SNOOZE: lambda one: one.snoozed_until.isoformat() if one.snoozed_until else None,
    Batch.Kind.TRANSFER: lambda one: [one.team_id, one.owner_id],
    Batch.Kind.TAG: lambda one: list(one.tags),
    Batch.Kind.UNTAG: lambda one: list(one.tags),
}


@transaction.atomic
def assign_many(*, interaction_ids: Sequence[int], owner_id: int | None, actor: Actor) -> Batch:
    require(actor, "interactions.assign_interaction")
    return _run(
        Batch.Kind.ASSIGN,
        interaction_ids,
        lambda pk: assign(interaction_id=pk, owner_id=owner_id, actor=actor),
        actor,
    )


@transaction.atomic
def snooze_many(*, interaction_ids: Sequence[int], until: datetime, actor: Actor) -> Batch:
    require(actor, "interactions.update_interaction")
    return _run(
        Batch.Kind.SNOOZE,
        interaction_ids,
        lambda pk: snooze(interaction_id=pk, until=until, actor=actor),
        actor,
    )


@transaction.atomic
def transfer_many(*, interaction_ids: Sequence[int], team_id: int | None, actor: Actor) -> Batch:
    require(actor, "interactions.assign_interaction")
    return _run(
        Batch.Kind.TRANSFER,
        interaction_ids,
        lambda pk: transfer(interaction_id=pk, team_id=team_id, actor=actor),
        actor,
    )


@transaction.atomic
def tag_many(*, interaction_ids: Sequence[int], name: str, actor: Actor) -> Batch:
    require(actor, "interactions.update_interaction")
    return _run(
        Batch.Kind.TAG,
        interaction_ids,
        lambda pk: tag(interaction_id=pk, name=name, actor=actor),
        actor,
    )


@transaction.atomic
def untag_many(*, interaction_ids: Sequence[int], name: str, actor: Actor) -> Batch:
    require(actor, "interactions.update_interaction")
    return _run(
        Batch.Kind.UNTAG,
        interaction_ids,
        lambda pk: untag(interaction_id=pk, name=name, actor=actor),
        actor,
    )


@transaction.atomic
def undo_batch(*, batch_id: int, actor: Actor) -> Batch:
    """Take a step back on every matter it changed; what has moved on meanwhile is left alone."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.user_id != actor.pk:
        raise PermissionDenied("Only who took a step takes it back.")
    if batch.undone_at is None:
        for row in batch.changed:
            try:
                with transaction.atomic():
                    now = _STANDS[Batch.Kind(batch.kind)](Interaction.objects.lock(row["id"]))
                    if now != row["after"]:
                        continue
                    _put_back(Batch.Kind(batch.kind), row["id"], row["before"], actor)
            except (RuleBroken, Interaction.DoesNotExist):
                continue
        batch.undone_at = timezone.now()
        batch.save(update_fields=["undone_at"])
    return batch


def _run(kind: Batch.Kind, interaction_ids: Sequence[int], step: Step, actor: Actor) -> Batch:
    """Take the step on each in a savepoint of its own: one refusal stops nobody else."""
    chosen = list(dict.fromkeys(interaction_ids))
    if not chosen or len(chosen) > AT_MOST:
        raise RuleBroken(
            "nothing-chosen",
            _("Choose between 1 and %(n)d rows.") % {"n": AT_MOST},
            kind="invalid",
        )
    known = Interaction.objects.visible_to(actor).in_bulk(chosen)
    stands = _STANDS[kind]
    batch = Batch(kind=kind, user_id=actor.pk)
    # In one order, so that two batches on the same rows never wait for each other in a circle.
    for pk in sorted(chosen):
        try:
            with transaction.atomic():
                kept = stands(known[pk])
                step(pk)
                after = stands(Interaction.objects.get(pk=pk))
                batch.changed.append({"id": pk, "before": kept, "after": after})
        except KeyError:
            batch.refused.append({"id": pk, "code": "not-found"})
        except RuleBroken as broken:
            batch.refused.append({"id": pk, "code": broken.code})
    batch.save()
    return batch


def _put_back(kind: Batch.Kind, pk: int, before: Any, actor: Actor) -> None:
    if kind == Batch.Kind.ASSIGN:
        assign(interaction_id=pk, owner_id=before, actor=actor)
    elif kind == Batch.Kind.SNOOZE:
        until = parse_datetime(before) if before else None
        if until is not None and until > timezone.now():
            snooze(interaction_id=pk, until=until, actor=actor)
        else:
            wake(interaction_id=pk, actor=actor)
    elif kind in {Batch.Kind.TAG, Batch.Kind.UNTAG}:
        retag(interaction_id=pk, tags=before, actor=actor)
    else:
        team_id, owner_id = before
        transfer(interaction_id=pk, team_id=team_id, actor=actor)
        if owner_id is not None:
            assign(interaction_id=pk, owner_id=owner_id, actor=actor)
