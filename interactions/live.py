"""Whom it concerns that an interaction changed: the rooms it is called out in, and who hears them.

A page of one matter hears that matter, if its reader may see it. A desk hears its own teams and
what its owner has, or everything for those who see everything: as `visible_to` would answer. Open
on one's own work it hears only that: most desks are, and woken by whatever happens in their team
they would ask more often than by polling. Its counts of the team's work come with the next poll.
"""

from uuid import UUID

from crm.access import Actor
from crm.live import topics
from crm.live.calling import call
from interactions.models import Interaction

# A desk that is told asks for its counts: once in a while is often enough when much happens.
_DESK_QUIET = 10.0
_PAGE_QUIET = 0.5
OWN_WORK = "mine"
_HANDED = {"assigned": "user", "transferred": "team"}


def changed(interaction: Interaction, type: str, data: dict[str, object]) -> None:
    """Call out that something happened here, also to those who just lost it."""
    rooms = {
        f"interaction:{interaction.pk}",
        "queue:all",
        f"queue:team:{interaction.team_id}",
        f"queue:user:{interaction.owner_id}",
    }
    if type in _HANDED:
        rooms |= {f"queue:{_HANDED[type]}:{data.get(which)}" for which in ("old", "new")}
    if data.get("owner"):
        rooms.add(f"queue:user:{data['owner']}")
    call(rooms)


def being_read(interaction_id: int) -> None:
    """Call out that somebody came, or began to write."""
    call({f"readers:{interaction_id}"})


def _queue(actor: Actor, key: str) -> topics.Rooms:
    everything = actor.has_perm("interactions.view_all_interactions")
    if not everything and not actor.has_perm("interactions.view_interaction"):
        return frozenset()
    if key == OWN_WORK:
        return frozenset({f"queue:user:{actor.pk}"})
    if everything:
        return frozenset({"queue:all"})
    teams = {f"queue:team:{team}" for team in actor.teams}
    return frozenset(teams | {f"queue:user:{actor.pk}"})


def _one(actor: Actor, key: str) -> topics.Rooms:
    pk = _in_sight(actor, key)
    return frozenset({f"interaction:{pk}"} if pk else ())


def _readers(actor: Actor, key: str) -> topics.Rooms:
    pk = _in_sight(actor, key)
    return frozenset({f"readers:{pk}"} if pk else ())


def _assist(actor: Actor, key: str) -> topics.Rooms:
    pk = _in_sight(actor, key)
    return frozenset({f"assist:{pk}"} if pk else ())


def _in_sight(actor: Actor, key: str) -> int | None:
    try:
        public_id = UUID(key)
    except ValueError:
        return None
    seen = Interaction.objects.visible_to(actor).filter(public_id=public_id)
    return seen.values_list("pk", flat=True).first()


topics.register("queue", _queue, quiet_for=_DESK_QUIET)
topics.register("interaction", _one, quiet_for=_PAGE_QUIET)
topics.register("assist", _assist, quiet_for=_PAGE_QUIET)
topics.register("readers", _readers, quiet_for=_PAGE_QUIET)
