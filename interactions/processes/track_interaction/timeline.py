"""The append-only timeline of an interaction, and its one status."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionStatusChanged
from crm.events.publish import publish
from crm.gathering import insert, update
from interactions import live
from interactions.models import Interaction, InteractionEvent
from interactions.models.states import may_move

_PARTNER = Interaction.Status.WAITING_PARTNER
# What every event written now names besides what it says itself.
_caused: ContextVar[Mapping[str, Any]] = ContextVar("caused", default=MappingProxyType({}))


@contextmanager
def caused_by(**what: Any) -> Iterator[None]:
    """Events appended within name what made them happen, such as the version of a macro."""
    token = _caused.set(what)
    try:
        yield
    finally:
        _caused.reset(token)


def work_on(interaction_id: int, *, actor: Actor) -> Interaction:
    """The interaction under its row lock, if the actor may see it; everything appends under it."""
    return Interaction.objects.visible_to(actor).lock(interaction_id)


def append(
    interaction: Interaction,
    type: str,
    *,
    actor: Actor,
    at: datetime | None = None,
    channel: str = "",
    **data: Any,
) -> InteractionEvent:
    """Write what happened as the next event; the caller holds the row lock and saves the row.

    What happened later than now is taken as now: nobody's clock may date an event into the future.
    """
    now = timezone.now()
    data = {**data, **_caused.get()}
    if actor.kind == "system":
        data.setdefault("automatic", True)
    interaction.event_count += 1
    event = InteractionEvent(
        interaction=interaction,
        seq=interaction.event_count,
        type=type,
        occurred_at=min(at or now, now),
        recorded_at=now,
        actor_id=actor.pk,
        actor_name=actor.name,
        channel=channel,
        data=data,
    )
    insert(event)
    update(interaction, "event_count")
    live.changed(interaction, type, data)
    return event


def move(interaction: Interaction, new: str, *, actor: Actor, **with_it: Any) -> None:
    """Change the status if the table of moves allows it; staying where it is changes nothing.

    Waiting for a partner pauses the clock for as long as it lasts. `with_it` are the fields that
    the new status needs. The caller appends the event that says why; `change_status` does both.
    """
    old = interaction.status
    if old == new:
        return
    if not may_move(old, new):
        raise RuleBroken(
            "illegal-move",
            _("“%(old)s” can't become “%(new)s”. Nothing was changed.")
            % {
                "old": Interaction.Status(old).label,
                "new": Interaction.Status(new).label,
            },
            field="status",
            details={"from": old, "to": new},
        )
    if old == _PARTNER:
        append(interaction, "resume", actor=actor, pause_id="partner")
    for name, value in {"status": str(new), **with_it}.items():
        setattr(interaction, name, value)
    interaction.save(update_fields=["status", *with_it])
    if new == _PARTNER:
        append(
            interaction,
            "pause",
            actor=actor,
            reason_class="waiting_third_party",
            reason="waiting_partner",
            pause_id="partner",
        )
    publish(InteractionStatusChanged(interaction_id=interaction.pk, old=old, new=new), actor=actor)


def change_status(interaction: Interaction, new: str, *, actor: Actor) -> None:
    """Move, and say so on the timeline."""
    old = interaction.status
    if old != new:
        move(interaction, new, actor=actor)
        append(interaction, "status_changed", actor=actor, old=old, status=str(new))
