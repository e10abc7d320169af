"""Fold the timeline into clocks and keep what came out, for the screens and the tick to read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from crm.access import SYSTEM, Actor
from crm.events.catalogue import SlaBreached, SlaMet
from crm.events.publish import publish
from crm.gathering import insert, update
from interactions import clock as engine
from interactions.governed import calendars as calendar_config
from interactions.models import ArmedClock, Commitment, Interaction, InteractionEvent, SlaClock
from interactions.processes.track_interaction.crediting import (
    credit_due,
    credit_missed_promises,
)
from interactions.processes.track_interaction.matters import Key, Matter, new_matter, read_matters
from interactions.processes.track_interaction.stages import BREACH, CONTRACT, pending, win
from readiness.registry.resolve import configuration


@dataclass(frozen=True, slots=True)
class Folded:
    """One clock as its events say, with the promise it is measured by."""

    view: engine.ClockView
    promise: Mapping[str, Any]
    policy: Mapping[str, Any]


def fold_events(events: Iterable[InteractionEvent], *, now: datetime) -> dict[Key, Folded]:
    """Every clock of one interaction as of `now`, from nothing but its events."""
    rows = list(events)
    promises = [
        (engine.seconds(row.occurred_at), row.data["promise"])
        for row in rows
        if row.type in {"opened", "retargeted"} and row.data.get("promise")
    ]
    if not promises:
        return {}
    policies = {_name(promise): _policy(promise) for _, promise in promises}
    calendars = {_calendar_name(promise): _calendar(promise) for _, promise in promises}
    first = policies[_name(promises[0][1])]
    told = [_told(row) for row in rows]
    folded: dict[Key, Folded] = {}
    for metric, target in first.targets.items():
        for view in engine.fold_cycles(
            told,
            target,
            calendars=calendars,
            now=engine.seconds(now),
            policies=policies,
            policy_version=first.version,
        ):
            promise = _in_force(promises, view.stopped_at)
            config = configuration(promise["policy_version_id"]).config
            folded[(metric.value, view.cycle)] = Folded(view, promise, config)
    return folded


def refold(
    *, interaction: Interaction, actor: Actor = SYSTEM, now: datetime | None = None
) -> dict[Key, SlaClock]:
    """Bring the stored clocks of a locked interaction up to its events and arm what comes next."""
    (matter,) = read_matters([interaction])
    return keep(matter, fold_events(matter.events, now=now or timezone.now()), actor=actor)


def first_fold(
    *, interaction: Interaction, opened: InteractionEvent, actor: Actor
) -> dict[Key, SlaClock]:
    """The same for a matter that was opened by this event just now: nothing has to be read."""
    matter = new_matter(interaction, opened)
    return keep(matter, fold_events([opened], now=timezone.now()), actor=actor)


def keep(
    matter: Matter, folded: Mapping[Key, Folded], *, actor: Actor = SYSTEM
) -> dict[Key, SlaClock]:
    """Store what was folded, arm what comes next, and answer with the clocks."""
    clocks = {key: _keep(matter, key, one, actor) for key, one in folded.items()}
    for key, clock in clocks.items():
        _arm(matter, clock, folded[key])
    _keep_summary(matter, clocks)
    return clocks


def _arm(matter: Matter, clock: SlaClock, one: Folded) -> None:
    """One row per clock that will fire, none for those that won't."""
    done, promises = matter.done[clock.pk], matter.promises[clock.pk]
    coming = pending(clock, one.view, one.policy, done, promises, quiet=matter.quiet)
    due = coming[0] if coming else None
    row = matter.armed.get(clock.pk)
    if due is None and row is not None:
        row.delete()
        del matter.armed[clock.pk]
    if due is not None and row is None:
        row = ArmedClock(clock=clock, next_fire_at=engine.moment(due.fires_at), stage=due.percent)
        insert(row)
        matter.armed[clock.pk] = row
    elif due is not None and row is not None:
        at = engine.moment(due.fires_at)
        if (row.next_fire_at, row.stage) != (at, due.percent):
            row.next_fire_at, row.stage = at, due.percent
            update(row, "next_fire_at", "stage")
    stage = due.percent if due else None
    if clock.next_stage != stage:
        clock.next_stage = stage
        update(clock, "next_stage")


def values_of(one: Folded) -> dict[str, Any]:
    """What is stored of a clock that its events alone decide."""
    view, promise = one.view, one.promise
    first_at, first_consumed = view.first_stop or (None, None)
    return {
        "capability_version_id": promise["policy_version_id"],
        "calendar_version_id": promise["calendar_version_id"],
        "calendar": promise["calendar"],
        "rule": promise["rule"],
        "target_seconds": view.effective_target,
        "state": view.state.value,
        "started_at": _moment(view.started_at),
        "consumed_seconds": view.consumed,
        "due_at": _moment(view.due_at),
        "breach_at": _moment(view.breach_at),
        "stopped_at": _moment(view.stopped_at),
        "cancelled_at": _moment(view.cancelled_at),
        "first_stopped_at": _moment(first_at),
        "first_consumed_seconds": first_consumed,
        "folded_seq": view.folded_seq,
        "zone_rules": engine.zones.rules_version(),
    }


def _keep(matter: Matter, key: Key, one: Folded, actor: Actor) -> SlaClock:
    values = values_of(one)
    clock = matter.clocks.get(key)
    before = clock.state if clock else ""
    if clock is None:
        clock = _first_kept(matter, key, one, values)
    changed = [name for name, value in values.items() if getattr(clock, name) != value]
    for name in changed:
        setattr(clock, name, values[name])
    if changed:
        update(clock, *changed)
    born_stopped = not before and clock.stopped_at is not None
    if born_stopped or {"state", "stopped_at"} & set(changed):
        _settle(matter, clock, before, actor)
    return clock


def _first_kept(matter: Matter, key: Key, one: Folded, values: Mapping[str, Any]) -> SlaClock:
    """A new clock with its contract; it needs its id at once."""
    target, cycle = key
    clock = SlaClock(interaction=matter.interaction, target=target, cycle=cycle, **values)
    # Written with its next stage, so that arming it changes nothing more.
    coming = pending(clock, one.view, one.policy, (), (), quiet=matter.quiet)
    clock.next_stage = coming[0].percent if coming else None
    clock.save(force_insert=True)
    contract = Commitment(
        clock=clock,
        number=1,
        due_at=clock.due_at,
        origin=Commitment.Origin.POLICY,
        reason=clock.rule,
        created_at=clock.started_at,
    )
    insert(contract)
    matter.clocks[key] = clock
    matter.promises[clock.pk].append(contract)
    return clock


def _settle(matter: Matter, clock: SlaClock, before: str, actor: Actor) -> None:
    """Judge the promises of a clock that stopped, and take the judgement back if it runs again."""
    _judge(clock, matter.promises[clock.pk])
    if clock.stopped_at is None:
        return
    if clock.state == SlaClock.State.MET and before != SlaClock.State.MET:
        publish(SlaMet(interaction_id=clock.interaction_id, clock_id=clock.pk), actor=actor)
    elif clock.state == SlaClock.State.BREACHED and win(clock, CONTRACT, BREACH, superseded=True):
        # A late answer records its own breach, even if no scan ever ran.
        publish(SlaBreached(interaction_id=clock.interaction_id, clock_id=clock.pk), actor=actor)
        credit_due(clock, CONTRACT, actor)
    credit_missed_promises(clock, matter.promises[clock.pk], actor)


def _judge(clock: SlaClock, promises: Iterable[Commitment]) -> None:
    for promise in promises:
        if promise.outcome == Commitment.Outcome.REPLACED:
            continue
        # The contract is judged by the clock, which knows of pauses; a later promise by its date.
        due_at = clock.due_at if promise.number == 1 else promise.due_at
        if clock.stopped_at is None or clock.cancelled_at is not None:
            outcome = Commitment.Outcome.OPEN
        elif due_at is None or clock.stopped_at <= due_at:
            outcome = Commitment.Outcome.KEPT
        else:
            outcome = Commitment.Outcome.MISSED
        if promise.outcome != outcome:
            promise.outcome = outcome
            update(promise, "outcome")


def _keep_summary(matter: Matter, clocks: Mapping[Key, SlaClock]) -> None:
    """What queues sort by and lists show, beside the interaction itself."""
    interaction = matter.interaction
    waiting = [
        (_promised(matter, clock) or clock.due_at, clock.target)
        for clock in clocks.values()
        if clock.stopped_at is None and clock.due_at is not None
    ]
    due_at, target = min(waiting, default=(None, ""))
    values = {
        "due_next_at": due_at,
        "due_next_target": target,
        "first_response_at": _first_response(interaction, matter.events),
    }
    changed = [name for name, value in values.items() if getattr(interaction, name) != value]
    for name in changed:
        setattr(interaction, name, values[name])
    if changed:
        update(interaction, *changed)


def _promised(matter: Matter, clock: SlaClock) -> datetime | None:
    """The date that stands in place of the contract's, if there is one."""
    if clock.commitment_no == 1:
        return None
    standing = [
        promise.due_at
        for promise in matter.promises[clock.pk]
        if promise.number > 1 and promise.outcome != Commitment.Outcome.REPLACED
    ]
    return standing[-1] if standing else None


def _first_response(
    interaction: Interaction, events: Iterable[InteractionEvent]
) -> datetime | None:
    if interaction.direction != Interaction.Direction.INBOUND:
        return None
    rows = list(events)
    unsaid = taken_back(rows)
    told = (row for row in rows if _tells(row) and row.data.get("message") not in unsaid)
    return min((row.occurred_at for row in told), default=None)


def taken_back(events: Iterable[InteractionEvent]) -> frozenset[str]:
    """The messages that were said in this matter by mistake."""
    return frozenset(row.data["message"] for row in events if row.type == "reply_taken_back")


def _tells(row: InteractionEvent) -> bool:
    """Whether a person told the customer something: by a message, or in closing."""
    if row.data.get("automatic"):
        return False
    told = row.data.get("informed_by")
    return row.type == "agent_reply" or (
        row.type == "closed" and bool(told) and told != engine.UNTOLD
    )


def _told(row: InteractionEvent) -> engine.Event:
    data = dict(row.data)
    if promise := data.pop("promise", None):
        data["policy_version"] = _name(promise)
    return engine.Event(
        seq=row.seq,
        type=row.type,
        at=engine.seconds(row.occurred_at),
        recorded_at=engine.seconds(row.recorded_at),
        by=row.actor_name,
        data=data,
    )


def _name(promise: Mapping[str, Any]) -> str:
    return f"{promise['policy_version_id']}:{promise['calendar_version_id']}:{promise['rule']}"


def _calendar_name(promise: Mapping[str, Any]) -> str:
    return f"{promise['calendar_version_id']}:{promise['calendar']}"


def _calendar(promise: Mapping[str, Any]) -> engine.Calendar:
    config = configuration(promise["calendar_version_id"]).config
    return calendar_config.calendar(config, promise["calendar"])


def _policy(promise: Mapping[str, Any]) -> engine.Policy:
    config = configuration(promise["policy_version_id"]).config
    pauses = frozenset(config.get("pauses", ()))
    return engine.Policy(
        version=_name(promise),
        targets={
            engine.Metric(metric): engine.Target(
                metric=engine.Metric(metric),
                seconds=amount,
                calendar=_calendar_name(promise),
                pauses=pauses if metric == engine.Metric.RESOLUTION else None,
                stages=tuple(config.get("stages", engine.STAGES)),
                max_pause_seconds=config.get("max_pause_seconds"),
            )
            for metric, amount in promise["targets"].items()
        },
    )


def _in_force(
    promises: list[tuple[int, Mapping[str, Any]]], stopped_at: int | None
) -> Mapping[str, Any]:
    made = [p for at, p in promises if stopped_at is None or at <= stopped_at]
    return made[-1] if made else promises[0][1]


def _moment(at: int | None) -> datetime | None:
    return None if at is None else engine.moment(at)
