"""Write invented contacts into the interaction tables with COPY.

What is ended is written straight from its timeline's arithmetic, what is open from the engine's
own fold; a test rebuilds both from their events and finds no difference.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection

from crm.accounts.models import Team, User
from crm.generation import Report, Wanted, copy_rows, generates, invented_id, reserve_ids
from customers.models import Hold
from interactions import clock as engine
from interactions.generation.stories import (
    CHANNEL_WEIGHTS,
    DELAY_REASONS,
    DELAY_SUBJECT,
    DELAY_TEXT,
    OUTCOMES,
    STORIES,
    Story,
)
from interactions.generation.timing import Calendar, taken
from interactions.governed import CHANNELS, CLOSE_POLICY, SLA_CALENDAR, SLA_POLICY, policies
from interactions.governed import calendars as calendar_config
from interactions.models import (
    AgentProfile,
    ArmedClock,
    AtDesk,
    Availability,
    Commitment,
    Interaction,
    InteractionEvent,
    Message,
    Reason,
    SlaClock,
    StageNotice,
)
from interactions.processes.log_interaction import HOLD
from readiness.registry.resolve import resolve

_BATCH = 10_000
_OPEN_SHARE = 0.008
_OPEN_AT_MOST = 10_000
_SOURCE = "generated"
_AGENT = "Generated agent"
_NOTICE_CHANNEL = "email"
_TOLD_SHARE = 0.8
_KEPT_SHARE = 0.67

_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    Interaction: (
        "id", "public_id", "customer_id", "direction", "channel", "reason_id", "subject",
        "description", "status", "priority", "verticals", "owner_id", "team_id", "region",
        "verification_level", "opened_at", "first_response_at", "completed_at", "closed_at",
        "due_next_at", "due_next_target", "outcome", "outcome_note", "customer_informed",
        "reopened", "event_count", "source", "external_id", "as_given", "capability_version_id",
        "created_at", "updated_at",
    ),
    InteractionEvent: (
        "interaction_id", "seq", "type", "occurred_at", "recorded_at", "actor_id", "actor_name",
        "channel", "data",
    ),
    SlaClock: (
        "id", "interaction_id", "target", "cycle", "capability_version_id",
        "calendar_version_id", "calendar", "rule", "target_seconds", "state", "started_at",
        "consumed_seconds", "due_at", "breach_at", "stopped_at", "jeopardy_at", "commitment_no",
        "next_stage", "folded_seq", "zone_rules",
    ),
    Message: (
        "id", "public_id", "interaction_id", "clock_id", "kind", "direction", "channel",
        "recipient", "author_name", "language", "subject", "body", "state", "purpose",
        "allowed_because", "dedupe_key", "attempts", "available_at", "sent_at", "last_error",
        "capability_version_id", "created_at",
    ),
    Commitment: (
        "clock_id", "number", "due_at", "origin", "reason", "proposed_by", "notice_id", "outcome",
        "created_at",
    ),
    StageNotice: ("clock_id", "commitment_no", "stage", "fired_at", "superseded"),
    ArmedClock: ("clock_id", "next_fire_at", "stage"),
    Hold: ("customer_id", "kind", "reference", "reason", "placed_at"),
}  # fmt: skip
_TARGETS = ("first_response", "resolution")


@dataclass(slots=True)
class _Setting:
    """What every invented contact needs to know: versions, promises, people, customers."""

    dice: random.Random
    ids: random.Random
    now: datetime
    policy: Any
    calendar: Any
    closing: int
    channels: dict[str, int]
    reasons: dict[str, tuple[int, str]]
    customers: list[tuple[int, str, str]]
    message_ids: Iterator[int]
    owners: list[tuple[int | None, int | None]]
    logins: dict[int, str]
    promises: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    pages: dict[type[Any], list[tuple[Any, ...]]] = field(
        default_factory=lambda: {model: [] for model in _COLUMNS}
    )

    def by(self, contact: "_Contact") -> str:
        """Who worked on it, as rows keep it."""
        return self.logins.get(contact.owner[0] or 0, _AGENT)

    def add(self, model: type[Any], *values: Any) -> None:
        self.pages[model].append(values)

    def write(self) -> None:
        for model, columns in _COLUMNS.items():
            copy_rows(model, columns, self.pages[model])
            self.pages[model].clear()

    def promise(self, channel: str, type: str, tier: str) -> dict[str, Any]:
        """The promise the policy gives, as the opening event keeps it."""
        key = (channel, type, tier)
        if key not in self.promises:
            terms = policies.terms(
                self.policy.config, channel=channel, type=type, tier=tier, priority=3
            )
            self.promises[key] = {
                "policy_version_id": self.policy.version_id,
                "calendar_version_id": self.calendar.version_id,
                "rule": terms.rule,
                "calendar": terms.calendar,
                "tier": tier,
                "tier_because": "default" if tier == policies.STANDARD else "agreement",
                "targets": dict(terms.targets),
            }
        return self.promises[key]


@dataclass(frozen=True, slots=True)
class _NewPromise:
    """What the customer was promised anew before the contract was missed."""

    made_at: datetime
    due_at: datetime
    message: Any
    reason: str


@dataclass(slots=True)
class _Contact:
    """One contact being invented."""

    pk: int
    public_id: Any
    customer_id: int
    channel: str
    story: Story
    opened: datetime
    promise: dict[str, Any]
    track: engine.Track
    owner: tuple[int | None, int | None]
    events: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    first_response: datetime | None = None
    completed: datetime | None = None
    closed: datetime | None = None
    outcome: str = ""
    informed: str = ""
    new_promises: dict[str, _NewPromise] = field(default_factory=dict)

    def say(self, type: str, at: datetime, **data: Any) -> None:
        self.events.append((type, at, data))

    def after(self, working_seconds: int) -> datetime:
        reached = self.track.reach(working_seconds)
        if reached is None:
            raise ValueError(f"The calendar {self.promise['calendar']} never opens.")
        return engine.moment(reached)


@generates(order=20, title="interactions")
def fill_interactions(wanted: Wanted, report: Report) -> None:
    """A history of ended contacts and a small share that is open now, soonest last."""
    if not wanted.interactions:
        return
    ids = reserve_ids(Interaction, wanted.interactions)
    clock_ids = iter(reserve_ids(SlaClock, 2 * wanted.interactions))
    setting = _setting(wanted, first=ids[0])
    _at_their_desks(wanted)
    calendar = Calendar(wanted.now)
    opening = wanted.interactions - _open(wanted)
    for place, pk in enumerate(ids):
        ended = place < opening
        contact = _contact(
            setting, pk, calendar.past(setting.dice) if ended else calendar.lately(setting.dice)
        )
        if ended:
            _end(setting, contact)
        elif setting.dice.random() < 0.5:  # noqa: PLR2004  # half of what is open was answered
            _answer(setting, contact)
        _write(setting, contact, clock_ids)
        if (place + 1) % _BATCH == 0 or place + 1 == wanted.interactions:
            setting.write()
            report("interactions", place + 1, wanted.interactions)


def _at_their_desks(wanted: Wanted) -> None:
    """Invented colleagues, who own the work, take some; who can sign in says so themselves."""
    invented = User.objects.filter(
        groups__name="agent", is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    profiles = [
        AgentProfile(user=one, state=AtDesk.AVAILABLE, since=wanted.now) for one in invented
    ]
    AgentProfile.objects.bulk_create(profiles, ignore_conflicts=True)
    begun = AgentProfile.objects.filter(user__availability=None).values_list(
        "user", "state", "since"
    )
    Availability.objects.bulk_create(
        Availability(agent_id=agent, state=state, since=since) for agent, state, since in begun
    )


def _open(wanted: Wanted) -> int:
    if wanted.open is not None:
        return min(wanted.open, wanted.interactions)
    return min(int(wanted.interactions * _OPEN_SHARE), _OPEN_AT_MOST)


def _setting(wanted: Wanted, *, first: int) -> _Setting:
    policy, calendar = resolve(SLA_POLICY.key), resolve(SLA_CALENDAR.key)
    team = dict(User.teams.through.objects.values_list("user_id", "team_id"))
    agents = dict(
        User.objects.filter(groups__name="agent", is_active=True).values_list("pk", "username")
    )
    teams: list[int | None] = [*Team.objects.values_list("pk", flat=True)]
    return _Setting(
        dice=wanted.dice("interactions"),
        ids=wanted.dice(f"interaction ids from {first}"),
        now=wanted.now,
        policy=policy,
        calendar=calendar,
        closing=resolve(CLOSE_POLICY.key).version_id,
        channels={key: resolve(slot.key).version_id for key, slot in CHANNELS.items()},
        reasons={
            key: (pk, side) for pk, key, side in Reason.objects.values_list("pk", "key", "vertical")
        },
        customers=list(_customers()),
        # At most an answer and a word about each delay for each contact.
        message_ids=iter(reserve_ids(Message, 3 * wanted.interactions)),
        owners=[*((pk, team.get(pk)) for pk in agents)] or [(None, pk) for pk in teams or [None]],
        logins=agents,
    )


def _customers() -> Iterator[tuple[int, str, str]]:
    """Customers with their type and the tier of their agreement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.type, coalesce(max(a.sla_tier), '')"
            " FROM customers_customer c LEFT JOIN customers_agreement a ON a.customer_id = c.id"
            " WHERE c.removed_at IS NULL AND c.status <> 'terminated' GROUP BY c.id ORDER BY c.id"
        )
        for pk, type_, tier in cursor.fetchall():
            yield pk, type_, tier or policies.STANDARD


def _contact(setting: _Setting, pk: int, opened: datetime) -> _Contact:
    dice = setting.dice
    # A few customers call often, most hardly ever.
    place = int(len(setting.customers) * dice.random() ** 1.6)
    customer_id, type_, tier = setting.customers[place]
    story = dice.choices(STORIES, [story.weight for story in STORIES])[0]
    channel = dice.choices([*CHANNEL_WEIGHTS], [*CHANNEL_WEIGHTS.values()])[0]
    if tier not in setting.policy.config["tiers"]:
        tier = policies.STANDARD
    promise = setting.promise(channel, type_, tier)
    opened = opened.replace(microsecond=0)
    shift = calendar_config.calendar(setting.calendar.config, promise["calendar"])
    contact = _Contact(
        pk=pk,
        public_id=invented_id(setting.ids, opened),
        customer_id=customer_id,
        channel=channel,
        story=story,
        opened=opened,
        promise=promise,
        track=engine.Track(engine.seconds(opened), ((engine.seconds(opened), shift),)),
        owner=dice.choice(setting.owners),
    )
    contact.say(
        "opened", opened, direction="inbound", automatic=False, priority=3, text=True,
        promise=promise,
    )  # fmt: skip
    return contact


def _answer(setting: _Setting, contact: _Contact) -> datetime:
    """A first reply: at once where both are on the line, else within working time."""
    wait = setting.dice.randint(20, 90) if contact.channel in {"phone", "chat", "shop"} else None
    target = contact.promise["targets"]["first_response"]
    at = (
        contact.opened + timedelta(seconds=wait)
        if wait
        else contact.after(taken(setting.dice, target))
    )
    at = min(at, setting.now)
    message = invented_id(setting.ids, at)
    contact.first_response = at
    contact.say("agent_reply", at, message=str(message))
    contact.say("status_changed", at, old="logged", status="in_progress")
    setting.add(
        Message, next(setting.message_ids), message, contact.pk, None, "public", "outbound",
        contact.channel, "", setting.by(contact), "",
        contact.story.subject, contact.story.answered, "sent", "service", "said by a person",
        f"message:{message}", 0, at, at, "", setting.channels[contact.channel], at,
    )  # fmt: skip
    return at


def _end(setting: _Setting, contact: _Contact) -> None:
    answered = _answer(setting, contact)
    wait = taken(setting.dice, contact.promise["targets"]["resolution"])
    done = min(max(contact.after(wait), answered), setting.now)
    contact.completed = done
    _promise_anew(setting, contact, "first_response", answered)
    _promise_anew(setting, contact, "resolution", done)
    contact.outcome = setting.dice.choices([*OUTCOMES], [*OUTCOMES.values()])[0]
    contact.say(
        "completed", done, outcome=contact.outcome, status="completed",
        capability_version=setting.closing,
    )  # fmt: skip
    contact.closed = min(done + timedelta(seconds=setting.dice.randrange(60, 90_000)), setting.now)
    contact.informed = contact.channel if contact.channel != "shop" else "in-person"
    contact.say(
        "closed", contact.closed, informed_by=contact.informed, status="closed",
        capability_version=setting.closing,
    )  # fmt: skip


def _promise_anew(setting: _Setting, contact: _Contact, target: str, done: datetime) -> None:
    """Most who will wait too long are told so in time, and most new promises are kept."""
    dice, seconds = setting.dice, contact.promise["targets"][target]
    due = contact.after(seconds)
    if done <= due or dice.random() >= _TOLD_SHARE:
        return
    told = contact.after(int(seconds * dice.uniform(0.7, 0.95)))
    if dice.random() < _KEPT_SHARE:
        new_due = done + timedelta(minutes=dice.randint(10, 240))
    else:
        new_due = due + (done - due) * dice.uniform(0.2, 0.8)
    new_due = new_due.replace(second=0, microsecond=0)
    reason = dice.choice(DELAY_REASONS)
    message = invented_id(setting.ids, told)
    contact.new_promises[target] = _NewPromise(told, new_due, message, reason)
    contact.say(
        "promise_made", told, target=target, cycle=1, number=2,
        due_at=new_due.isoformat(), reason=reason, origin="agent", message=str(message),
    )  # fmt: skip


def _write(setting: _Setting, contact: _Contact, clock_ids: Iterator[int]) -> None:
    waiting = [
        due for target in _TARGETS if (due := _clock(setting, contact, target, next(clock_ids)))
    ]
    due_at, due_target = min(waiting, default=(None, ""))
    reason_id, vertical = setting.reasons[contact.story.reason]
    status = "closed" if contact.closed else "in_progress" if contact.first_response else "logged"
    owner, team = contact.owner if status != "logged" else (None, contact.owner[1])
    setting.add(
        Interaction, contact.pk, contact.public_id, contact.customer_id, "inbound",
        contact.channel, reason_id, contact.story.subject, contact.story.said, status, 3,
        [vertical], owner, team, "", 0, contact.opened, contact.first_response,
        contact.completed, contact.closed, due_at, due_target, contact.outcome, "",
        contact.informed, 0, len(contact.events), _SOURCE, "", "{}",
        setting.channels[contact.channel], contact.opened, contact.closed or contact.opened,
    )  # fmt: skip
    by = setting.by(contact)
    in_order = sorted(contact.events, key=lambda event: event[1])
    for seq, (type_, at, data) in enumerate(in_order, start=1):
        setting.add(
            InteractionEvent, contact.pk, seq, type_, at, at, None, by,
            _said_on(contact, type_), json.dumps(data),
        )  # fmt: skip
    if not contact.closed:
        setting.add(
            Hold, contact.customer_id, HOLD, str(contact.public_id), f"INT-{contact.pk}",
            contact.opened,
        )  # fmt: skip


def _clock(
    setting: _Setting, contact: _Contact, target: str, clock_id: int
) -> tuple[datetime, str] | None:
    """One clock with its contract; answers with its due time while it runs."""
    stopped = contact.first_response if target == "first_response" else contact.completed
    seconds = contact.promise["targets"][target]
    due = contact.after(seconds)
    until = stopped or setting.now
    late = until > due
    anew = contact.new_promises.get(target)
    state = ("breached" if late else "met") if stopped else "breached" if late else "running"
    policy = setting.policy.config
    fired = (
        []
        if stopped
        else [s for s in policy["stages"] if contact.after(-(-seconds * s // 100)) <= until]
    )
    ahead = [] if stopped else [s for s in policy["stages"] if s not in fired]
    at_risk = policy.get("at_risk_stage", 90)
    jeopardy = contact.after(-(-seconds * at_risk // 100)) if at_risk in fired else None
    setting.add(
        SlaClock, clock_id, contact.pk, target, 1, contact.promise["policy_version_id"],
        contact.promise["calendar_version_id"], contact.promise["calendar"],
        contact.promise["rule"], seconds, state, contact.opened,
        contact.track.consumed(engine.seconds(until)), due, due, stopped, jeopardy,
        2 if anew else 1,
        ahead[0] if ahead else None, len(contact.events), engine.zones.rules_version(),
    )  # fmt: skip
    setting.add(
        Commitment, clock_id, 1, due, "policy", contact.promise["rule"], "", None,
        ("missed" if late else "kept") if stopped else "open", contact.opened,
    )  # fmt: skip
    if anew and stopped:
        _tell(setting, contact, clock_id, anew, stopped)
    # What passed before anybody ran a tick is over: nobody is told about it afterwards.
    for stage in fired:
        setting.add(StageNotice, clock_id, 1, stage, setting.now, True)
    if stopped and late:
        setting.add(StageNotice, clock_id, 1, 100, stopped, True)
    if ahead:
        setting.add(ArmedClock, clock_id, contact.after(-(-seconds * ahead[0] // 100)), ahead[0])
    return None if stopped else (due, target)


def _tell(
    setting: _Setting, contact: _Contact, clock_id: int, anew: _NewPromise, stopped: datetime
) -> None:
    """The second promise beside the contract, and the message that told the customer."""
    message_id = next(setting.message_ids)
    setting.add(
        Message, message_id, anew.message, contact.pk, clock_id, "notice", "outbound",
        _NOTICE_CHANNEL, "", settings.CRM_BRAND, "en", DELAY_SUBJECT,
        DELAY_TEXT.format(
            subject=contact.story.subject, day=f"{anew.due_at:%-d %B, %H:%M}", reason=anew.reason
        ),
        "sent", "service", "told before a miss", f"clock:{clock_id}:delay:2", 1, anew.made_at,
        anew.made_at, "", setting.channels[_NOTICE_CHANNEL], anew.made_at,
    )  # fmt: skip
    kept = stopped <= anew.due_at
    setting.add(
        Commitment, clock_id, 2, anew.due_at, "agent", anew.reason, setting.by(contact), message_id,
        "kept" if kept else "missed", anew.made_at,
    )  # fmt: skip
    if not kept:
        setting.add(StageNotice, clock_id, 2, 100, anew.due_at, False)


def _said_on(contact: _Contact, type_: str) -> str:
    if type_ == "promise_made":
        return _NOTICE_CHANNEL
    return contact.channel if type_ in {"opened", "agent_reply"} else ""
