"""Two matters that are one: the source goes into the target, and can come out again."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionStatusChanged
from crm.events.publish import publish
from customers.processes.place_hold import place_hold, release_hold
from interactions.models import Interaction, ResponseRequest
from interactions.processes.close_interaction import hold
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.timeline import append, change_status, move, work_on
from interactions.processes.update_interaction.handing import still_open

_Status = Interaction.Status
_Request = ResponseRequest.State


@transaction.atomic
def merge(*, source_id: int, target_id: int, actor: Actor) -> Interaction:
    """Put the source into the target: its thread is read there, its clocks are cancelled.

    Nothing is moved or lost; what is said in the source from now on is said in the target.
    """
    require(actor, "interactions.close_interaction")
    source, target = _both(source_id, target_id, actor)
    if source.status == _Status.MERGED and source.merged_into_id == target.pk:
        return target
    _mergeable(source, target)
    now, before = timezone.now(), source.status
    asked = list(source.requests.filter(state=_Request.ASKED).values_list("pk", flat=True))
    move(
        source,
        _Status.MERGED,
        actor=actor,
        closed_at=now,
        merged_into=target,
        return_at=None,
        snoozed_until=None,
    )
    source.requests.filter(pk__in=asked).update(state=_Request.WITHDRAWN, next_reminder_at=None)
    append(
        source,
        "merged",
        actor=actor,
        at=now,
        status=str(_Status.MERGED),
        into=target.pk,
        before=before,
        withdrew=asked,
    )
    append(target, "merged_in", actor=actor, at=now, source=source.pk)
    hold(release_hold, source)
    refold(interaction=source, actor=actor)
    target.refresh_from_db()
    return target


@transaction.atomic
def unmerge(*, source_id: int, actor: Actor) -> Interaction:
    """Take it out again: its clocks go on as if they had never stopped, its questions stand."""
    require(actor, "interactions.close_interaction")
    about = Interaction.objects.visible_to(actor).get(pk=source_id)
    if about.status != _Status.MERGED or about.merged_into_id is None:
        raise RuleBroken(
            "not-merged", _("This was not merged: there is nothing to take back."), field="status"
        )
    source, target = _both(source_id, about.merged_into_id, actor)
    last = source.events.filter(type="merged").order_by("-seq").first()
    said = last.data if last else {}
    old = source.status
    source.status = _Status.LOGGED if said.get("before") == _Status.LOGGED else _Status.IN_PROGRESS
    source.closed_at = source.merged_into = None
    source.save(update_fields=["status", "closed_at", "merged_into"])
    append(source, "unmerged", actor=actor, status=str(source.status), target=target.pk)
    append(target, "merge_taken_back", actor=actor, source=source.pk)
    publish(
        InteractionStatusChanged(interaction_id=source.pk, old=old, new=source.status), actor=actor
    )
    _ask_again(source, said.get("withdrew", []), actor)
    hold(place_hold, source, reason=source.reference)
    refold(interaction=source, actor=actor)
    source.refresh_from_db()
    return source


def _both(source_id: int, target_id: int, actor: Actor) -> tuple[Interaction, Interaction]:
    """Both under their locks, taken in one order whoever merges what into what."""
    if source_id == target_id:
        raise RuleBroken(
            "merged-into-itself",
            _("That is this interaction. Name another one."),
            field="target",
            kind="invalid",
        )
    locked = {pk: work_on(pk, actor=actor) for pk in sorted((source_id, target_id))}
    return locked[source_id], locked[target_id]


def _mergeable(source: Interaction, target: Interaction) -> None:
    still_open(source)
    still_open(target)
    if source.customer_id is not None and source.customer_id != target.customer_id:
        raise RuleBroken(
            "another-customer",
            _("They are of two customers. Nothing was merged."),
            field="target",
            details={"source": source.pk, "target": target.pk},
        )


def _ask_again(source: Interaction, request_ids: list[int], actor: Actor) -> None:
    """Questions whose time is not over are open again; what waited for the others goes on."""
    now, stands = timezone.now(), False
    for request in source.requests.filter(pk__in=request_ids, state=_Request.WITHDRAWN):
        if request.due_at > now:
            request.state, stands = _Request.ASKED, True
            request.save(update_fields=["state"])
        else:
            append(source, "resume", actor=actor, pause_id=f"request:{request.pk}")
    if stands:
        change_status(source, _Status.WAITING_CUSTOMER, actor=actor)
