"""How a matter's place, promises, questions and timeline are spelled."""

from typing import Any

from interactions import clock as engine
from interactions.models import (
    Commitment,
    Interaction,
    InteractionEvent,
    InteractionItem,
    OwnField,
    Participant,
    ResponseRequest,
)
from interactions.models.states import MOVES
from interactions.processes.track_interaction import Explained
from interactions.reads import tag_names


def place(one: Interaction) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "status": one.status,
        "next": sorted(MOVES[one.status]),
        "owner": str(one.owner) if one.owner else None,
        "dueNext": one.due_next_at,
        "dueNextFor": one.due_next_target or None,
    }


def clock(told: Explained) -> dict[str, Any]:
    one = told.clock
    return {
        "target": one.target,
        "cycle": one.cycle,
        "state": one.state,
        "rule": told.rule,
        "tier": told.tier,
        "because": told.tier_because,
        "policyVersion": one.capability_version_id,
        "calendarVersion": one.calendar_version_id,
        "calendar": one.calendar,
        "timeZone": told.tz,
        "timeZoneRules": one.zone_rules,
        "targetSeconds": told.view.effective_target,
        "consumedSeconds": told.view.consumed,
        "startDate": one.started_at,
        "dueDate": one.due_at,
        "missedDate": one.breach_at,
        "stopDate": one.stopped_at,
        "pause": [
            {
                "from": engine.moment(wait.start),
                "before": None if wait.end is None else engine.moment(wait.end),
                "reason": wait.reason,
                "by": wait.by,
            }
            for wait in told.view.waits
        ],
        "promise": [promise(each) for each in one.commitments.order_by("number")],
    }


def promise(one: Commitment) -> dict[str, Any]:
    return {
        "number": one.number,
        "dueDate": one.due_at,
        "by": one.origin,
        "reason": one.reason,
        "outcome": one.outcome,
        "madeDate": one.created_at,
    }


def request(one: ResponseRequest) -> dict[str, Any]:
    return {
        "id": one.pk,
        "question": one.question,
        "state": one.state,
        "askedDate": one.asked_at,
        "dueDate": one.due_at,
        "reminders": one.reminders_sent,
        "nextReminder": one.next_reminder_at,
        "onTimeout": one.on_silence,
        "onTimeoutNote": one.silence_note or None,
        "answeredDate": one.answered_at,
    }


def subject(one: InteractionItem) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "number": one.number,
        "subject": one.subject,
        "reason": one.reason.key if one.reason else None,
        "type": one.entity_type or None,
        "about": one.entity_id or None,
        "outcome": one.outcome or None,
        "note": one.note or None,
        "settledDate": one.settled_at,
    }


def participant(row: Participant, clear: bool) -> dict[str, Any]:
    """Name and address only to who may see people."""
    return {
        "id": str(row.public_id),
        "role": row.role,
        "name": (row.name or (row.party.name if row.party else "") or None) if clear else None,
        "address": (row.address or None) if clear else None,
        "copied": row.copied,
        "addedDate": row.added_at,
    }


def own_fields(one: Interaction) -> dict[str, Any]:
    values = {each["name"]: each.get("value") for each in one.characteristics}
    known = OwnField.objects.for_matter(one).in_use()
    return {
        "id": str(one.public_id),
        "field": [
            {
                "name": each.key,
                "label": each.label,
                "valueType": each.value_type,
                "required": each.required,
                "value": values.get(each.key),
            }
            for each in known
        ],
    }


def tags(one: Interaction) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "tag": [{"name": name} for name in tag_names([one]).get(one.pk, ())],
    }


def event(row: InteractionEvent) -> dict[str, Any]:
    return {
        "number": row.seq,
        "type": row.type,
        "date": row.occurred_at,
        "recordedDate": row.recorded_at,
        "actor": row.actor_name,
        "channel": row.channel or None,
        "data": row.data,
    }
