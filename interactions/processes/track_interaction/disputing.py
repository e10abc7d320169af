"""The account of a clock as a file for a dispute: every second of it, and what proves it.

It holds what somebody else needs to reckon it again: the rows, the versions of policy and calendar,
the edition of the rules of time zones, the promises, and the timeline with its seals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from customers import masking
from customers.reporting.documents import File, Heading, rendered
from customers.reporting.kinds import Cell, Content, Section
from interactions import clock as engine
from interactions.models import Commitment, InteractionEvent, SlaClock, TimelineSeal
from interactions.processes.track_interaction.explanation import Explained, explain
from interactions.processes.track_interaction.sealing import timeline_is_whole

FORMATS: Final = ("pdf", "csv", "json")


@dataclass(frozen=True, slots=True)
class _Account:
    """Everything the file says, read at one moment."""

    told: Explained
    whole: bool
    seals: Sequence[TimelineSeal]
    events: Sequence[InteractionEvent]
    promises: Sequence[Commitment]
    at: datetime

    @property
    def clock(self) -> SlaClock:
        return self.told.clock


@transaction.atomic
def dispute_file(*, clock_id: int, format: str, actor: Actor) -> File:
    """The account of one clock as PDF, CSV or JSON; that it left is on record.

    It holds names: for whom people are masked there is none.
    """
    if format not in FORMATS:
        raise RuleBroken(
            "unknown-format", _("Choose PDF, CSV or JSON."), field="as", kind="invalid"
        )
    require(actor, "interactions.view_interaction")
    if not masking.sees_people(actor):
        raise SlaClock.DoesNotExist
    account = _account(clock_id, actor)
    record_access(
        actor=actor,
        action="export",
        subject="interaction",
        ids=[account.clock.interaction_id],
        purpose="service",
        detail=f"account of the clock {account.clock.target} {account.clock.cycle}, {format}",
    )
    if format == "json":
        option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
        return File("json", "application/json", orjson.dumps(_as_data(account), option=option))
    return rendered(format, _heading(account), _content(account))


def _account(clock_id: int, actor: Actor) -> _Account:
    now = timezone.now()
    told = explain(clock_id=clock_id, actor=actor, now=now)
    matter = told.clock.interaction_id
    return _Account(
        told=told,
        whole=timeline_is_whole(interaction_id=matter),
        seals=list(TimelineSeal.objects.filter(interaction=matter).order_by("last_seq")),
        events=list(InteractionEvent.objects.filter(interaction=matter).order_by("seq")),
        promises=list(told.clock.commitments.order_by("number")),
        at=now,
    )


def _heading(account: _Account) -> Heading:
    clock = account.clock
    return Heading(
        title=_("Account of a promise: %(what)s, %(reference)s")
        % {"what": clock.get_target_display(), "reference": clock.interaction.reference},
        customer="",
        period=_("From %(start)s") % {"start": _utc(clock.started_at)},
        made=_("Made %(at)s") % {"at": _utc(account.at)},
    )


def _content(account: _Account) -> Content:
    clock = account.clock
    local = ZoneInfo(account.told.tz)
    return Content(
        figures=[
            (_("State"), str(clock.get_state_display())),
            (_("Due, UTC"), _utc(clock.due_at)),
            (_("Due, local"), _local(clock.due_at, local)),
            (_("Missed, UTC"), _utc(clock.breach_at)),
            (_("Stopped, UTC"), _utc(clock.stopped_at)),
            (_("Promised, seconds"), str(clock.target_seconds)),
            (_("Counted, seconds"), str(account.told.view.consumed)),
            (_("Rule"), account.told.rule),
            (_("Tier"), f"{account.told.tier} {account.told.tier_because}".strip()),
            (_("Version of the policy"), str(clock.capability_version_id)),
            (_("Version of the calendar"), f"{clock.calendar_version_id} {clock.calendar}"),
            (_("Time zone"), account.told.tz),
            (_("Edition of the zone rules"), clock.zone_rules or engine.zones.rules_version()),
            (_("Events"), str(len(account.events))),
            (_("Timeline is as sealed"), _("yes") if account.whole else _("no")),
            (_("Last seal"), account.seals[-1].digest if account.seals else _("not sealed yet")),
        ],
        sections=[_rows(account), _promises(account), _events(account), _seals(account)],
    )


def _rows(account: _Account) -> Section:
    keys = ("kind", "from_utc", "to_utc", "from_local", "to_local", "seconds", "total")
    rows: list[list[Cell]] = []
    for row in account.told.rows:
        said = row.as_dict()
        why = " ".join(part for part in (row.reason, row.detail, row.by) if part)
        rows.append([_cell(said[key]) for key in keys] + [why])
    return Section(
        _("Every second"),
        [
            _("What"), _("From, UTC"), _("To, UTC"), _("From, local"), _("To, local"),
            _("Seconds"), _("Total"), _("Why"),
        ],
        rows,
    )  # fmt: skip


def _promises(account: _Account) -> Section:
    return Section(
        _("Promises"),
        [_("Number"), _("Due, UTC"), _("Made, UTC"), _("By"), _("Reason"), _("Outcome")],
        [
            [
                one.number, _utc(one.due_at), _utc(one.created_at), one.origin, one.reason,
                one.outcome,
            ]
            for one in account.promises
        ],
    )  # fmt: skip


def _events(account: _Account) -> Section:
    return Section(
        _("Timeline"),
        [_("Number"), _("What"), _("Happened, UTC"), _("Written, UTC"), _("By")],
        [
            [row.seq, row.type, _utc(row.occurred_at), _utc(row.recorded_at), row.actor_name]
            for row in account.events
        ],
    )


def _seals(account: _Account) -> Section:
    return Section(
        _("Seals"),
        [_("From event"), _("To event"), _("Sealed, UTC"), _("Digest")],
        [
            [seal.first_seq, seal.last_seq, _utc(seal.sealed_at), seal.digest]
            for seal in account.seals
        ],
    )


def _as_data(account: _Account) -> dict[str, Any]:
    """All of it, spelled so that the digests can be reckoned again from the events."""
    clock = account.clock
    return {
        "interaction": str(clock.interaction.public_id),
        "made": account.at,
        "target": clock.target,
        "cycle": clock.cycle,
        "state": clock.state,
        "rule": account.told.rule,
        "tier": account.told.tier,
        "tierBecause": account.told.tier_because,
        "targetSeconds": clock.target_seconds,
        "consumedSeconds": account.told.view.consumed,
        "started": clock.started_at,
        "due": clock.due_at,
        "missed": clock.breach_at,
        "stopped": clock.stopped_at,
        "policyVersion": clock.capability_version_id,
        "calendarVersion": clock.calendar_version_id,
        "calendar": clock.calendar,
        "timeZone": account.told.tz,
        "timeZoneRules": clock.zone_rules or engine.zones.rules_version(),
        "rows": [row.as_dict() for row in account.told.rows],
        "promises": [
            {
                "number": one.number,
                "due": one.due_at,
                "made": one.created_at,
                "by": one.origin,
                "reason": one.reason,
                "outcome": one.outcome,
            }
            for one in account.promises
        ],
        "timelineIsWhole": account.whole,
        "events": [
            [
                row.seq, row.type, row.occurred_at.astimezone(UTC).isoformat(),
                row.recorded_at.astimezone(UTC).isoformat(), row.actor_id, row.actor_name,
                row.channel, row.data,
            ]
            for row in account.events
        ],
        "seals": [
            {
                "firstEvent": seal.first_seq,
                "lastEvent": seal.last_seq,
                "sealed": seal.sealed_at,
                "digest": seal.digest,
            }
            for seal in account.seals
        ],
    }  # fmt: skip


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _local(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


def _cell(value: object) -> Cell:
    return value if isinstance(value, int) else "" if value is None else str(value)
