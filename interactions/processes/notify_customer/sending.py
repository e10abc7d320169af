"""Send what is queued: leased, re-checked just before, handed over outside any transaction.

What is claimed: a message row exists once per cause and is marked sent once. Delivery is at
least once: a worker killed between the mail server's “accepted” and our mark leaves the row
leased, and when the lease ends it is handed over again under the same Message-ID, by which mail
systems recognise it. `handed_over_at` tells such a message from one that was never tried. Where
the other side can't tell a repeat, as over SMPP, a person decides (docs/decisions/0067).

A carrier that is away costs no message an attempt: the channel waits as a whole, and goes on where
it stopped. A channel that is switched off keeps what is queued until it is on again.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM, Actor, require
from crm.errors import RuleBroken, without_rows
from customers.contactability import Contactable, may_contact, quiet_until
from customers.models import ContactMedium, ReportNeed
from interactions.channels import adapter_of, email
from interactions.channels.outcome import Outcome, Result
from interactions.models import Attachment, Commitment, Interaction, Message, SlaClock
from interactions.processes.notify_customer import carriers
from interactions.processes.notify_customer.keys import lost_its_keys, without_keys
from interactions.processes.notify_customer.staff import tell_in_doubt, tell_undeliverable
from interactions.processes.notify_customer.undelivered import give_up, go_another_way, lock_matters
from interactions.processes.track_interaction.timeline import append
from readiness.registry.resolve import CapabilityOff, resolve

_log = structlog.get_logger(__name__)
# Asked for by name and address: the subscription is the permission, and ending it takes it back.
SUBSCRIBED: Final = "report-subscription"
LEASE: Final = timedelta(minutes=2)
_FIRST_RETRY: Final = timedelta(seconds=30)
_LONGEST_RETRY: Final = timedelta(hours=1)
_ATTEMPTS: Final = 8
_OFF: Final = timedelta(minutes=1)
_NOTICES_A_DAY: Final = 20
_DAY: Final = timedelta(days=1)
_SHUT: Final = frozenset([Outcome.AWAY, Outcome.UNSURE])
_SAYS_NOTHING: Final = frozenset([Outcome.SENT, Outcome.AWAY])
_State = Message.State
_unchecked = Attachment.objects.filter(state=Attachment.State.WAITING)


def send_due(limit: int) -> int:
    """Lease and send at most `limit` messages; returns how many were leased and looked at."""
    token = uuid.uuid4()
    away, looked_at = set[str](), 0
    for message_id, channel in _lease(limit, token):
        if channel in away:
            _give_back(message_id, token)
            continue
        looked_at += 1
        if _send(message_id, token) in _SHUT:
            away.add(channel)
    return looked_at


@transaction.atomic
def send_again(*, message_id: int, actor: Actor) -> Message:
    """Queue a message that failed once more, under the same id; consent is asked again."""
    require(actor, "interactions.update_interaction")
    seen = Message.objects.filter(interaction__in=Interaction.objects.visible_to(actor))
    message = seen.select_for_update(of=("self",)).get(pk=message_id)
    if message.state != _State.FAILED:
        raise RuleBroken(
            "not-failed",
            _("This message is “%(state)s”; only one that failed is sent again.")
            % {"state": message.get_state_display()},
        )
    if lost_its_keys(message):
        raise RuleBroken(
            "link-gone",
            _("The link in it was for the customer alone and is not kept. Send a new one."),
        )
    message.state, message.attempts = _State.QUEUED, 0
    message.available_at, message.lease_until = timezone.now(), None
    # A person decided: whatever came of it before, it is not in doubt any more.
    message.handed_over_at = None
    message.save(
        update_fields=["state", "attempts", "available_at", "lease_until", "handed_over_at"]
    )
    return message


@transaction.atomic
def _lease(limit: int, token: uuid.UUID) -> list[tuple[int, str]]:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = list(
        Message.objects.filter(free, state=_State.QUEUED, available_at__lte=now)
        .exclude(channel__in=carriers.away(now))
        # It goes with its files, or it waits until the scanner has looked at them.
        .exclude(Exists(_unchecked.filter(message=OuterRef("pk"))))
        .order_by("available_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", "channel")[:limit]
    )
    ours = Message.objects.filter(pk__in=[pk for pk, _channel in due])
    ours.update(lease_token=token, lease_until=now + LEASE)
    return due


def _give_back(message_id: int, token: uuid.UUID, **fields: Any) -> None:
    Message.objects.filter(pk=message_id, lease_token=token).update(lease_until=None, **fields)


def _send(message_id: int, token: uuid.UUID) -> Outcome | None:
    """What came of one message; None when it did not have to go, or its channel is off."""
    config = _serving(message_id, token)
    message = _cleared(message_id, token, config) if config is not None else None
    if message is None or config is None:
        return None
    try:
        result = adapter_of(message.channel).send(message, config)
    except Exception as problem:  # one message must not hold up all those behind it
        _log.exception("message.not_handed_over", message=str(message.public_id))
        result = Result(Outcome.LATER, without_rows(problem))
    if result.outcome in _SHUT:
        carriers.failed(message.channel, result.said)
    else:
        carriers.answered(message.channel, sent=result.outcome == Outcome.SENT)
    _record(message, token, result, again=_again_in_doubt(config))
    return result.outcome


def _serving(message_id: int, token: uuid.UUID) -> Mapping[str, Any] | None:
    """How the channel delivers now; None when it is switched off, and then the message waits."""
    found = Message.objects.filter(pk=message_id).select_related("interaction").first()
    if found is None:
        return None
    try:
        return resolve(f"channel.{found.channel}", unit=str(found.interaction.public_id)).config
    except CapabilityOff as off:
        waits = timezone.now() + _OFF
        _give_back(message_id, token, available_at=waits, last_error=str(off)[:300])
        return None


@transaction.atomic
def _cleared(message_id: int, token: uuid.UUID, config: Mapping[str, Any]) -> Message | None:
    """The message if it still has to go and is ours; journalled as about to be handed over."""
    # What must not go is written into its matter, which everybody locks before its messages.
    lock_matters(Message.objects.filter(pk=message_id))
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("interaction__customer", "clock")
        .filter(pk=message_id, state=_State.QUEUED, lease_token=token)
        .first()
    )
    if message is None or message.lease_until is None or message.lease_until <= timezone.now():
        return None
    if because := _not_wanted(message):
        _drop(message, because)
        return None
    contact = _contact(message)
    if contact is not None and not contact.allowed:
        _as_they_wish(message, contact)
        return None
    if contact is not None:
        _where_they_are_now(message, contact)
    if message.handed_over_at is not None and not _again_in_doubt(config):
        _leave_to_a_person(message)
        return None
    if message.handed_over_at is not None:
        _log.warning("message.handed_over_again", message=str(message.public_id))
    message.handed_over_at = timezone.now()
    message.attempts += 1
    if message.channel == "email":
        # Kept before it leaves: the answer may be faster than our mark that it was sent.
        message.wire_id = email.message_id(message)
    message.save(
        update_fields=["handed_over_at", "attempts", "wire_id", "contact_medium_id", "recipient"]
    )
    return message


def _again_in_doubt(config: Mapping[str, Any]) -> bool:
    """Whether what may have arrived is handed over once more: only SMPP can't tell a repeat."""
    return config.get("delivery") != "smpp" or config.get("in_doubt") == "again"


def _leave_to_a_person(message: Message) -> None:
    """It may have arrived: who has the matter looks, and sends it again or not."""
    message.state, message.lease_until = _State.FAILED, None
    message.last_error = _("It was being handed over when something broke: it may have arrived.")
    message.save(update_fields=["state", "lease_until", "last_error"])
    if message.kind == Message.Kind.STAFF:
        return
    append(
        Interaction.objects.lock(message.interaction_id),
        "message_failed",
        actor=SYSTEM,
        channel=message.channel,
        message=str(message.public_id),
        because=message.last_error,
    )
    tell_in_doubt(message=message)


def _as_they_wish(message: Message, contact: Contactable) -> None:
    """Later, when only the hour is wrong; else by another channel that is permitted."""
    if contact.not_before is not None:
        message.available_at, message.lease_until = contact.not_before, None
        message.save(update_fields=["available_at", "lease_until"])
        return
    _drop(message, contact.because, instead=True)


def _where_they_are_now(message: Message, contact: Contactable) -> None:
    """A contact point that ended since it was planned is replaced by the one that stands."""
    if contact.medium is None or message.contact_medium_id is None:
        return
    if not ContactMedium.objects.reachable().filter(pk=message.contact_medium_id).exists():
        message.contact_medium_id, message.recipient = contact.medium.pk, contact.medium.value


def _not_wanted(message: Message) -> str:
    """Why a message must not go any more, whatever the customer wishes: its reason is over."""
    clock: SlaClock | None = message.clock
    if clock is not None and clock.stopped_at is not None:
        return _("The promise was settled before this was sent.")
    number = Commitment.objects.filter(notice=message).values_list("number", flat=True).first()
    if clock is not None and number is not None and clock.commitment_no != number:
        return _("A newer promise has taken its place.")
    if message.kind == Message.Kind.STAFF:
        return ""
    if held := _held_back(message):
        return held
    if message.purpose == SUBSCRIBED:
        return _unsubscribed(message)
    if message.kind == Message.Kind.NOTICE and _too_many(message):
        return _("This address was told enough by machine today.")
    return ""


def _held_back(message: Message) -> str:
    """A message whose file the scanner held back does not go without it, as if there were none."""
    held = message.attachments.filter(state=Attachment.State.HELD)
    name = held.values_list("name", flat=True).first()
    if name is None:
        return ""
    return _("“%(name)s” was held back; write again without it.") % {"name": name}


def _unsubscribed(message: Message) -> str:
    """The subscription is the permission: it must stand, and still name this address."""
    standing = ReportNeed.objects.filter(
        customer=message.interaction.customer_id,
        ended_at=None,
        recipients__contains=[message.recipient],
    )
    return "" if standing.exists() else _("The subscription ended or names somebody else now.")


def _too_many(message: Message) -> bool:
    """Two machines that answer each other stop here, whatever else failed to notice."""
    told = Message.objects.filter(
        recipient=message.recipient,
        kind=Message.Kind.NOTICE,
        sent_at__gt=timezone.now() - _DAY,
    )
    return told.count() >= _NOTICES_A_DAY


def _contact(message: Message) -> Contactable | None:
    """What the customer permits now; None where it is nobody's to permit, or was asked for."""
    customer = message.interaction.customer
    if message.kind == Message.Kind.STAFF or customer is None:
        return None
    if customer.party_id is None:
        return Contactable(
            False, None, message.channel, _("The customer is not on record any more.")
        )
    if message.purpose == SUBSCRIBED:
        now = timezone.now()
        until = quiet_until(party_id=customer.party_id, purpose=SUBSCRIBED, at=now)
        return Contactable(until is None, None, message.channel, "", not_before=until)
    return may_contact(party_id=customer.party_id, purpose=message.purpose, channel=message.channel)


@transaction.atomic
def _record(message: Message, token: uuid.UUID, result: Result, *, again: bool = True) -> None:
    """Keep what the channel said, if the lease is still ours."""
    if result.outcome not in _SAYS_NOTHING:
        # What failed is written into the matter, and a bounce of it locks that one first.
        lock_matters(Message.objects.filter(pk=message.pk))
    kept = (
        Message.objects.select_for_update(of=("self",))
        .filter(pk=message.pk, state=_State.QUEUED, lease_token=token)
        .first()
    )
    if kept is None:
        return
    now = timezone.now()
    kept.lease_until = None
    kept.last_error = result.said[:300]
    kept.segments = result.segments
    if result.outcome == Outcome.SENT:
        kept.state, kept.sent_at = _State.SENT, now
        kept.wire_id = result.wire_id or kept.wire_id
        # The customer has the key now; whoever reads the timeline must not.
        kept.body = without_keys(kept.body)
    elif result.outcome == Outcome.UNSURE and not again:
        _leave_to_a_person(kept)
        return
    elif result.outcome == Outcome.AWAY:
        # Nobody looked at it: it was no attempt, and nothing is in doubt.
        kept.handed_over_at, kept.attempts = None, max(kept.attempts - 1, 0)
        # To the end of the queue: one message a server chokes on must not stand before all.
        kept.available_at = now
    else:
        if result.outcome != Outcome.UNSURE:
            # Refused before it was accepted: nothing is in doubt.
            kept.handed_over_at = None
        if result.outcome == Outcome.NEVER or kept.attempts >= _ATTEMPTS:
            kept.state = _State.FAILED
        else:
            kept.available_at = now + min(_FIRST_RETRY * 2 ** (kept.attempts - 1), _LONGEST_RETRY)
    kept.save()
    if kept.state == _State.FAILED:
        give_up(kept, unreachable=result.unreachable)


def _drop(message: Message, because: str, *, instead: bool = False) -> None:
    message.state, message.last_error, message.lease_until = _State.DROPPED, because[:300], None
    message.save(update_fields=["state", "last_error", "lease_until"])
    if message.kind == Message.Kind.STAFF:
        return
    interaction = Interaction.objects.lock(message.interaction_id)
    append(
        interaction,
        "message_dropped",
        actor=SYSTEM,
        channel=message.channel,
        message=str(message.public_id),
        because=because,
    )
    if instead:
        go_another_way(message, interaction)
    elif message.kind == Message.Kind.PUBLIC:
        # Somebody wrote it and believes that it is on its way.
        tell_undeliverable(message=message)
