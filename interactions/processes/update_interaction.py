"""Update Customer Interaction: messages, questions and answers, who has it, what it is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.accounts.models import User
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionRemoved, InteractionUpdated
from crm.events.publish import publish
from crm.ids import new_id
from customers.models import Customer
from customers.processes.place_hold import place_hold, release_hold
from interactions.governed import CHANNELS
from interactions.models import Interaction, Message, Reason, ResponseRequest
from interactions.models.states import WAITING
from interactions.processes.log_interaction import HOLD
from interactions.processes.notify_customer.queueing import (
    deliverable,
    question_notice,
    reach,
)
from interactions.processes.track_interaction.folding import refold
from interactions.processes.track_interaction.starting import retarget
from interactions.processes.track_interaction.timeline import append, change_status, work_on
from readiness.registry.resolve import CapabilityOff, resolve

ETOM = "1.3.5.2"

_Status = Interaction.Status
_Kind = Message.Kind
_MINUTE = 60
# The customer of such a matter is no longer held by it.
_LET_GO = frozenset({_Status.CLOSED, _Status.CANCELLED, _Status.MERGED})
CHANGEABLE = frozenset(
    {
        "subject",
        "description",
        "priority",
        "reason",
        "verticals",
        "region",
        "verification_level",
        "as_given",
        "agreement_id",
        "product_id",
        "team_id",
        "customer_id",
        "status",
    }
)
# A change of these may change what was promised.
_DECIDES_PROMISE = frozenset({"priority", "agreement_id", "customer_id"})


@transaction.atomic
def add_message(
    *,
    interaction_id: int,
    body: str,
    kind: str = "public",
    direction: str = "outbound",
    channel: str | None = None,
    occurred_at: datetime | None = None,
    subject: str = "",
    automatic: bool = False,
    external_id: str = "",
    seen_message: int | None = None,
    actor: Actor,
) -> Message:
    """Add what was said or noted; a reply of ours goes out, one of theirs answers what we asked.

    `seen_message` is the newest message the author had before them: with a newer one of somebody
    else nothing is sent, so that no two people answer the same.
    `external_id` is the sender's own id of the message: delivered twice, it is one message.
    `automatic` marks machine mail, which is kept but neither answers nor moves any clock.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    channel = channel or interaction.channel
    key = f"in:{channel}:{external_id}"[:160] if external_id else f"message:{new_id()}"
    if known := Message.objects.filter(dedupe_key=key).first():
        return known
    if not body.strip():
        raise RuleBroken("nothing-said", _("Write something first."), field="body", kind="invalid")
    _nobody_was_faster(interaction, seen_message, actor)
    message = Message(
        interaction=interaction,
        kind=_Kind(kind),
        direction=Interaction.Direction(direction),
        channel=channel,
        author_name=actor.name,
        subject=subject or interaction.subject,
        body=body,
        dedupe_key=key,
        state=Message.State.RECEIVED,
        created_at=min(occurred_at or timezone.now(), timezone.now()),
    )
    if message.kind == _Kind.NOTE:
        _note(interaction, message, actor)
    elif message.direction == Interaction.Direction.INBOUND:
        _take_in(interaction, message, automatic, actor)
    else:
        _answer(interaction, message, actor)
    refold(interaction=interaction, actor=actor)
    return message


@transaction.atomic
def take(*, interaction_id: int, actor: Actor) -> Interaction:
    """Make it mine and start working; taking what I have changes nothing."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    _hand_to(interaction, actor.pk, actor)
    if interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def assign(*, interaction_id: int, owner_id: int | None, actor: Actor) -> Interaction:
    """Hand it to a colleague, or back to the queue."""
    require(actor, "interactions.assign_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if owner_id is not None and not User.objects.filter(pk=owner_id, is_active=True).exists():
        raise RuleBroken(
            "unknown-owner", _("There is no such colleague."), field="owner", kind="invalid"
        )
    _hand_to(interaction, owner_id, actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def wait_for(*, interaction_id: int, whom: str, note: str = "", actor: Actor) -> Interaction:
    """Wait for a colleague or a partner; waiting for a partner pauses the resolution clock."""
    require(actor, "interactions.update_interaction")
    status = {"internal": _Status.WAITING_INTERNAL, "partner": _Status.WAITING_PARTNER}[whom]
    interaction = work_on(interaction_id, actor=actor)
    change_status(interaction, status, actor=actor)
    if note.strip():
        append(interaction, "note", actor=actor, text=note.strip())
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def go_on(*, interaction_id: int, actor: Actor) -> Interaction:
    """Stop waiting and work on; open questions stay open and stay paused for."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if interaction.status in WAITING or interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)
    refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def ask_customer(
    *,
    interaction_id: int,
    question: str,
    due_at: datetime,
    on_silence: str,
    actor: Actor,
) -> ResponseRequest:
    """Ask the customer something, by when, and what silence means; the clock pauses with it."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if due_at <= timezone.now():
        raise RuleBroken(
            "due-in-the-past",
            _("Give the customer until a time that is still to come."),
            field="due_at",
            kind="invalid",
        )
    if not question.strip():
        raise RuleBroken(
            "nothing-asked", _("Write what you ask."), field="question", kind="invalid"
        )
    change_status(interaction, _Status.WAITING_CUSTOMER, actor=actor)
    now = timezone.now()
    request = ResponseRequest.objects.create(
        interaction=interaction,
        question=question.strip()[:300],
        on_silence=ResponseRequest.OnSilence(on_silence),
        asked_at=now,
        due_at=due_at,
    )
    append(
        interaction,
        "asked",
        actor=actor,
        at=now,
        request=request.pk,
        question=request.question,
        due_at=due_at.isoformat(),
        on_silence=on_silence,
    )
    append(
        interaction,
        "pause",
        actor=actor,
        at=now,
        reason_class="waiting_customer",
        reason="waiting_customer",
        pause_id=f"request:{request.pk}",
    )
    question_notice(interaction=interaction, request=request)
    refold(interaction=interaction, actor=actor)
    return request


@transaction.atomic
def answer_received(
    *,
    interaction_id: int,
    body: str = "",
    channel: str | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> Message | None:
    """The customer answered, on whatever channel; what we waited for goes on from that instant."""
    if body:
        return add_message(
            interaction_id=interaction_id,
            body=body,
            direction="inbound",
            channel=channel,
            occurred_at=occurred_at,
            actor=actor,
        )
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    _answered(interaction, min(occurred_at or timezone.now(), timezone.now()), channel, actor)
    refold(interaction=interaction, actor=actor)
    return None


@transaction.atomic
def change_fields(
    *,
    interaction_id: int,
    changes: Mapping[str, Any],
    expected_revision: int | None = None,
    actor: Actor,
) -> Interaction:
    """Change what an interaction says about itself; a change that decides promises re-times them.

    `reason` is a key. `status` follows the table of moves; completing and closing have their own
    process.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if expected_revision is not None and interaction.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
            details={"revision": interaction.revision},
        )
    strange = set(changes) - CHANGEABLE
    if strange:
        raise RuleBroken(
            "not-changeable",
            _("%(fields)s can't be changed.") % {"fields": ", ".join(sorted(strange))},
            field=min(strange),
            kind="invalid",
        )
    changed = _apply(interaction, dict(changes), actor)
    if changed:
        append(interaction, "fields_changed", actor=actor, fields=changed)
        if _DECIDES_PROMISE & set(changed):
            retarget(interaction=interaction, reason=", ".join(sorted(changed)), actor=actor)
        publish(
            InteractionUpdated(interaction_id=interaction.pk, changed=sorted(changed)),
            actor=actor,
        )
        refold(interaction=interaction, actor=actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def remove(*, interaction_id: int, expected_revision: int | None = None, actor: Actor) -> None:
    """Take a mistakenly logged interaction out of sight; its timeline stays."""
    require(actor, "interactions.close_interaction")
    interaction = work_on(interaction_id, actor=actor)
    if expected_revision is not None and interaction.revision != expected_revision:
        raise RuleBroken(
            "changed-meanwhile",
            _("Somebody changed this meanwhile. Look at it again before you change it."),
            kind="precondition",
        )
    append(interaction, "cancelled", actor=actor, status=interaction.status, removed=True)
    interaction.removed_at = timezone.now()
    interaction.save(update_fields=["removed_at"])
    _let_go(interaction)
    publish(InteractionRemoved(interaction_id=interaction.pk), actor=actor)
    refold(interaction=interaction, actor=actor)


def _nobody_was_faster(interaction: Interaction, seen: int | None, actor: Actor) -> None:
    if seen is None:
        return
    newer = (
        interaction.messages.filter(pk__gt=seen, kind=_Kind.PUBLIC)
        .exclude(author_name=actor.name, direction=Interaction.Direction.OUTBOUND)
        .order_by("-pk")
        .first()
    )
    if newer is None:
        return
    passed = int((timezone.now() - newer.created_at).total_seconds())
    inbound = newer.direction == Interaction.Direction.INBOUND
    raise RuleBroken(
        "written-meanwhile",
        _("%(who)s wrote %(time)s ago. Your draft is kept; read theirs first.")
        % {
            "who": _("The customer") if inbound else newer.author_name,
            "time": _("%(n)d s") % {"n": passed}
            if passed < _MINUTE
            else _("%(n)d min") % {"n": passed // _MINUTE},
        },
        field="body",
        kind="precondition",
    )


def _note(interaction: Interaction, message: Message, actor: Actor) -> None:
    message.save(force_insert=True)
    append(interaction, "note", actor=actor, at=message.created_at, message=str(message.public_id))


def _take_in(interaction: Interaction, message: Message, automatic: bool, actor: Actor) -> None:
    """What the customer says: kept, answering what we asked, and starting the wait for a reply."""
    _receiving(message.channel, interaction)
    message.save(force_insert=True)
    append(
        interaction,
        "customer_message",
        actor=actor,
        at=message.created_at,
        channel=message.channel,
        message=str(message.public_id),
        automatic=automatic,
    )
    if not automatic:
        _answered(interaction, message.created_at, message.channel, actor)


def _answer(interaction: Interaction, message: Message, actor: Actor) -> None:
    """What we say: delivered by the worker where it can, else it was said by the person."""
    try:
        version = resolve(CHANNELS[message.channel].key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("channel-off", str(off), field="channel") from off
    message.capability_version_id = version.version_id
    message.language = ""
    if message.channel in deliverable(interaction):
        contact = reach(interaction, "service")
        if contact is None or contact.channel != message.channel or contact.medium is None:
            raise RuleBroken(
                "not-permitted",
                _("The customer can't be written to by %(channel)s. Nothing was sent.")
                % {"channel": message.channel},
                field="channel",
            )
        message.contact_medium_id = contact.medium.pk
        message.recipient = contact.medium.value
        message.allowed_because = contact.because[:200]
        message.available_at = contact.not_before or timezone.now()
        message.state = Message.State.QUEUED
    else:
        message.state, message.sent_at = Message.State.SENT, message.created_at
        message.allowed_because = _("said by a person")
    message.save(force_insert=True)
    append(
        interaction,
        "agent_reply",
        actor=actor,
        at=message.created_at,
        channel=message.channel,
        message=str(message.public_id),
    )
    if interaction.status == _Status.LOGGED:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)


def _answered(interaction: Interaction, at: datetime, channel: str | None, actor: Actor) -> None:
    asked = list(interaction.requests.filter(state=ResponseRequest.State.ASKED))
    for request in asked:
        request.state, request.answered_at = ResponseRequest.State.ANSWERED, at
        request.save(update_fields=["state", "answered_at"])
        append(
            interaction,
            "answered",
            actor=actor,
            at=at,
            channel=channel or interaction.channel,
            request=request.pk,
        )
        append(interaction, "resume", actor=actor, at=at, pause_id=f"request:{request.pk}")
    if asked and interaction.status == _Status.WAITING_CUSTOMER:
        change_status(interaction, _Status.IN_PROGRESS, actor=actor)


def _receiving(channel: str, interaction: Interaction) -> None:
    if channel not in CHANNELS:
        raise RuleBroken(
            "unknown-channel",
            _("There is no channel “%(channel)s”.") % {"channel": channel},
            field="channel",
            kind="invalid",
        )
    try:
        resolve(CHANNELS[channel].key, unit=str(interaction.public_id))
    except CapabilityOff as off:
        raise RuleBroken("channel-off", str(off), field="channel") from off


def _hand_to(interaction: Interaction, owner_id: int | None, actor: Actor) -> None:
    if interaction.owner_id == owner_id:
        return
    append(interaction, "assigned", actor=actor, old=interaction.owner_id, new=owner_id)
    interaction.owner_id = owner_id
    interaction.save(update_fields=["owner"])
    publish(InteractionUpdated(interaction_id=interaction.pk, changed=["owner"]), actor=actor)


def _apply(interaction: Interaction, changes: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Set the fields that really change; returns them with their old and new values."""
    status = changes.pop("status", None)
    if "reason" in changes:
        changes["reason_id"] = _reason_id(changes.pop("reason"))
    if "verticals" in changes and not changes["verticals"]:
        raise RuleBroken(
            "vertical-missing", _("Name at least one vertical."), field="verticals", kind="invalid"
        )
    changed = {
        name: {"old": getattr(interaction, name), "new": value}
        for name, value in changes.items()
        if getattr(interaction, name) != value
    }
    for name in changed:
        setattr(interaction, name, changes[name])
    if changed:
        interaction.save(update_fields=list(changed))
    if "customer_id" in changed:
        _hold_the_new(interaction, changed["customer_id"]["old"], actor)
    if status is not None and status != interaction.status:
        if status in interaction.ENDED or interaction.status in interaction.ENDED:
            raise RuleBroken(
                "close-it-properly",
                _("Ending it and taking it up again have their own steps."),
                field="status",
            )
        changed["status"] = {"old": interaction.status, "new": status}
        change_status(interaction, status, actor=actor)
    return changed


def _reason_id(key: str) -> int | None:
    if not key:
        return None
    found = Reason.objects.filter(key=key, active=True).values_list("pk", flat=True).first()
    if found is None:
        raise RuleBroken(
            "unknown-reason",
            _("There is no reason “%(key)s” in use. Choose one of the list.") % {"key": key},
            field="reason",
            kind="invalid",
        )
    return found


def _hold_the_new(interaction: Interaction, old: int | None, actor: Actor) -> None:
    """The matter is another customer's: that one is needed now, and the former no longer."""
    reference = str(interaction.public_id)
    if old is not None:
        release_hold(customer_id=old, kind=HOLD, reference=reference, actor=SYSTEM)
    if interaction.customer_id is None:
        return
    new = Customer.objects.visible_to(actor).get(pk=interaction.customer_id)
    if interaction.status not in _LET_GO:
        place_hold(
            customer_id=new.pk,
            kind=HOLD,
            reference=reference,
            reason=interaction.reference,
            actor=SYSTEM,
        )


def _let_go(interaction: Interaction) -> None:
    if interaction.customer_id is not None:
        release_hold(
            customer_id=interaction.customer_id,
            kind=HOLD,
            reference=str(interaction.public_id),
            actor=SYSTEM,
        )
