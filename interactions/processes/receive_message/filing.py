"""File what was kept: once each, whoever is killed, and whatever comes twice.

A lease is committed before the work begins, so that something no worker survives is noticed and
held back; then everything that follows from one arrival is one transaction.
"""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.errors import RuleBroken, without_rows
from interactions.channels import adapter_of
from interactions.channels.contract import Incoming, Unreadable
from interactions.channels.phone import CallEvent
from interactions.governed import CHANNELS, CLOSE_POLICY
from interactions.models import Inbound, Interaction, InteractionLink, Message, Reason
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer.acknowledging import say_when_we_open
from interactions.processes.receive_message import calling, returning, senders, stopping
from interactions.processes.receive_message.enclosing import enclose
from interactions.processes.receive_message.screening import Held, held_back
from interactions.processes.receive_message.thread import Thread, standing, thread_of
from interactions.processes.update_interaction import add_message
from readiness.registry.resolve import CapabilityOff, resolve

_log = structlog.get_logger(__name__)
_LEASE: Final = timedelta(minutes=2)
_OFF: Final = timedelta(minutes=1)
_FIRST_RETRY: Final = timedelta(seconds=20)
_ATTEMPTS: Final = 5
# Told by our own shop, scanner, app or partner, which knows whom it serves; no carrier does.
_OUR_OWN: Final = frozenset(["shop", "letter", "app", "api", "web", "chat"])
SAME_ID: Final = "same-id"
_State = Inbound.State


def file_due(limit: int) -> int:
    """File at most `limit` arrivals that wait; returns how many were looked at."""
    token = uuid.uuid4()
    leased = _lease(limit, token)
    for pk in leased:
        _file_safely(pk, token)
    return len(leased)


def file_now(pk: int) -> None:
    """File one arrival at once, while its visitor waits; what fails is tried by the worker."""
    token, now = uuid.uuid4(), timezone.now()
    mine = Inbound.objects.waiting(now).filter(pk=pk)
    if mine.update(lease_token=token, lease_until=now + _LEASE, attempts=1):
        _file_safely(pk, token)


@transaction.atomic
def _lease(limit: int, token: uuid.UUID) -> list[int]:
    now = timezone.now()
    due = list(
        Inbound.objects.waiting(now)
        .order_by("available_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", "attempts")[:limit]
    )
    for pk, attempts in due:
        Inbound.objects.filter(pk=pk).update(
            lease_token=token, lease_until=now + _LEASE, attempts=attempts + 1
        )
    return [pk for pk, _attempts in due]


def _file_safely(pk: int, token: uuid.UUID) -> None:
    try:
        with transaction.atomic():
            row = Inbound.objects.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is not None and row.state == _State.RECEIVED and row.lease_token == token:
                file_one(row)
    except Unreadable as problem:
        _hold(pk, token, "unreadable", str(problem))
    except CapabilityOff as off:
        _wait(pk, token, str(off), timezone.now() + _OFF, counted=False)
    except RuleBroken as broken:
        if broken.code == "channel-off":
            _wait(pk, token, broken.message, timezone.now() + _OFF, counted=False)
        else:
            _hold(pk, token, broken.code, broken.message)
    except Exception as problem:  # one arrival must not hold up all those behind it
        _log.exception("arrival.not_filed", arrival=pk)
        _fail(pk, token, without_rows(problem))


def _fail(pk: int, token: uuid.UUID, problem: str) -> None:
    attempts = Inbound.objects.filter(pk=pk).values_list("attempts", flat=True).first() or 0
    if attempts >= _ATTEMPTS:
        _hold(pk, token, "failed", _("It could not be filed: %(why)s") % {"why": problem})
        return
    later = timezone.now() + _FIRST_RETRY * 2 ** max(attempts - 1, 0)
    _wait(pk, token, problem, later, counted=True)


def _wait(pk: int, token: uuid.UUID, why: str, until: Any, *, counted: bool) -> None:
    row = Inbound.objects.filter(pk=pk, lease_token=token, state=_State.RECEIVED)
    row.update(lease_until=None, available_at=until, because=why[:200])
    if not counted:
        row.filter(attempts__gt=0).update(attempts=0)


def _hold(pk: int, token: uuid.UUID, code: str, because: str) -> None:
    Inbound.objects.filter(pk=pk, lease_token=token, state=_State.RECEIVED).update(
        state=_State.HELD, code=code[:40], because=because[:200], lease_until=None
    )


def file_one(row: Inbound) -> None:
    """Everything that follows from one arrival; the caller holds its lock and the transaction."""
    if row.attempts > _ATTEMPTS:
        # Its worker died with it each time: no other one should.
        _settle(row, Held("failed", _("No worker survived filing it.")))
        return
    version = resolve(CHANNELS[row.channel].key, unit=str(row.public_id))
    row.capability_version_id = version.version_id
    incoming = adapter_of(row.channel).read(bytes(row.raw), row.about)
    _describe(row, incoming)
    if isinstance(call := incoming.more.get("call"), CallEvent):
        calling.apply(row, call)
        _settle(row, None)
        return
    if incoming.more.get("link"):
        # Up the ladder: it keeps and files through us.
        from interactions.processes.manage_request import answer_link_request

        answer_link_request(row, incoming)
        _settle(row, None)
        return
    if incoming.reports:
        _settle(row, returning.apply(row, incoming))
        return
    if not (incoming.text or incoming.enclosures or incoming.subject):
        _settle(row, None)
        return
    _file_message(row, incoming, version.config)


def once_key(row: Inbound, incoming: Incoming) -> str:
    """The same message has the same key at every door; ids of gateways are only theirs."""
    scope = "" if row.channel == "email" else f"{row.source}:"
    if row.code == SAME_ID:
        # Somebody decided that it is another message, whatever it calls itself.
        scope = f"{row.public_id}:"
    return hashlib.sha256(f"{scope}{incoming.identity}".encode()).hexdigest()


def known_as(row: Inbound, incoming: Incoming) -> Message | None:
    """The message that was filed under this key before."""
    return Message.objects.filter(dedupe_key=f"in:{row.channel}:{once_key(row, incoming)}").first()


def _file_message(row: Inbound, incoming: Incoming, config: Mapping[str, Any]) -> None:
    key = once_key(row, incoming)
    known = known_as(row, incoming)
    if known is not None:
        _settle(row, _again(row, incoming, known))
        return
    customer_id = _customer(row, incoming, str(config.get("link_by", "verified")))
    if incoming.more.get("stop"):
        # Before anything holds it back: whoever says STOP is not written to there again.
        _stop(row, incoming, customer_id)
    thread = thread_of(row, incoming, customer_id, alarm_hours=int(config.get("alarm_hours", 24)))
    if held := held_back(row, incoming, config, threaded=thread.interaction is not None):
        row.suggested_id = thread.quoted
        _settle(row, held)
        return
    into(row, incoming, thread, customer_id, key)


def _stop(row: Inbound, incoming: Incoming, customer_id: int | None) -> None:
    """An unverified number is one too: we may have written to it."""
    holders = [customer_id] if customer_id else senders.customers_at(row.channel, incoming.sender)
    for holder in holders:
        stopping.stop(channel=row.channel, customer_id=holder)


def into(
    row: Inbound, incoming: Incoming, thread: Thread, customer_id: int | None, key: str
) -> Message:
    """Put it into its interaction, or into a new one."""
    row.suggested_id = thread.quoted
    interaction = standing(thread.interaction) if thread.interaction else None
    if interaction is not None and _takes_more(interaction, incoming):
        message = _go_on(row, incoming, interaction, key)
    else:
        message = _begin(row, incoming, customer_id, key, after=interaction)
        if _by_a_person(incoming):
            say_when_we_open(message.interaction, timezone.now())
    enclose(message, incoming.enclosures)
    row.interaction_id, row.message = message.interaction_id, message
    _settle(row, None)
    return message


def _by_a_person(incoming: Incoming) -> bool:
    """Whether somebody waits for an answer: no machine mail, no alarm, no STOP."""
    return not (incoming.machine or incoming.more.get("alarm") or incoming.more.get("stop"))


def _takes_more(interaction: Interaction, incoming: Incoming) -> bool:
    """Ended for good, it stays ended; what comes then is a new matter that follows it."""
    ended_at = interaction.closed_at or interaction.completed_at
    if interaction.status not in Interaction.ENDED or ended_at is None:
        return True
    if interaction.status in {Interaction.Status.CANCELLED, Interaction.Status.MERGED}:
        return False
    if incoming.machine:
        return True
    days = int(resolve(CLOSE_POLICY.key, unit=str(interaction.public_id)).config["reopen_days"])
    return timezone.now() <= ended_at + timedelta(days=days)


def _go_on(row: Inbound, incoming: Incoming, interaction: Interaction, key: str) -> Message:
    message = add_message(
        interaction_id=interaction.pk,
        body=_said(incoming),
        direction="inbound",
        channel=row.channel,
        occurred_at=_when(row, incoming),
        subject=incoming.subject,
        automatic=bool(incoming.machine),
        external_id=key,
        actor=SYSTEM,
    )
    if message.arrivals.exists():
        # It came before, and keeps what it came as.
        return message
    return _as_it_came(message, incoming)


def _begin(
    row: Inbound,
    incoming: Incoming,
    customer_id: int | None,
    key: str,
    after: Interaction | None,
) -> Message:
    stop = bool(incoming.more.get("stop"))
    interaction = log_interaction(
        customer_id=customer_id,
        channel=row.channel,
        subject=incoming.subject,
        text=_said(incoming),
        reason_key=_reason(incoming),
        occurred_at=_when(row, incoming),
        priority=incoming.priority,
        source=row.channel,
        external_id=key,
        status=Interaction.Status.COMPLETED if stop else None,
        as_given=_as_given(incoming),
        actor=SYSTEM,
    )
    if after is not None:
        InteractionLink.objects.get_or_create(
            interaction=interaction,
            other=after,
            kind=InteractionLink.Kind.FOLLOWS,
            undone_at=None,
            defaults={"made_by": SYSTEM.name},
        )
    # What opened the matter is no answer to anything: it starts no second clock.
    message = Message.objects.create(
        interaction=interaction,
        kind=Message.Kind.PUBLIC,
        direction=Interaction.Direction.INBOUND,
        channel=row.channel,
        author_name=incoming.sender_name or incoming.sender or "?",
        subject=interaction.subject,
        body=_said(incoming),
        automatic=bool(incoming.machine),
        dedupe_key=f"in:{row.channel}:{key}",
        state=Message.State.RECEIVED,
        created_at=interaction.opened_at,
    )
    return _as_it_came(message, incoming)


def _as_it_came(message: Message, incoming: Incoming) -> Message:
    message.wire_id = incoming.wire_id[:250]
    message.whole = incoming.whole if incoming.whole != message.body else ""
    message.author_name = (incoming.sender_name or incoming.sender or message.author_name)[:150]
    where = incoming.more.get("visit") or {}
    message.visit = {name: said for name, said in where.items() if said} or None
    message.save(update_fields=["wire_id", "whole", "author_name", "visit"])
    return message


def _as_given(incoming: Incoming) -> dict[str, Any]:
    visit = incoming.more.get("visit")
    return {"+": {"visit": visit}} if visit else {}


def _customer(row: Inbound, incoming: Incoming, link_by: str) -> int | None:
    if (customer_id := row.about.get("customer")) is not None:
        return int(customer_id)
    number = str(incoming.more.get("customer_number", ""))
    if number and row.channel in _OUR_OWN:
        return senders.customer_numbered(number)
    if incoming.more.get("service"):
        return senders.customer_served_by(incoming.sender)
    return senders.customer_at(row.channel, incoming.sender, link_by=link_by)


def _again(row: Inbound, incoming: Incoming, known: Message) -> Held | None:
    """Known already, by another door or a second delivery; one id of two messages is odd."""
    if because := another(incoming, known):
        return Held(SAME_ID, because)
    row.interaction_id, row.message = known.interaction_id, known
    row.code = "again"
    return None


def another(incoming: Incoming, known: Message) -> str:
    """Why this is not the known message of the same id, but another one; "" when it is the same."""
    first = known.arrivals.order_by("pk").values_list("sender", flat=True).first()
    if not first:
        # An old arrival is emptied of whose it was.
        return ""
    if first != incoming.sender:
        return _("Somebody else sent a message with the same id before.")
    if not incoming.more.get("alarm") and not _says_nothing_more(_said(incoming), known.body):
        return _("The same sender sent other words with the same id before.")
    return ""


def _says_nothing_more(said: str, known: str) -> bool:
    """A relay folds lines its own way; words it did not have before are news."""
    return "".join(said.split()) in "".join(known.split())


def _reason(incoming: Incoming) -> str:
    """The coded reason somebody chose, if it is still in use."""
    said = str(incoming.more.get("reason", ""))
    return said if said and Reason.objects.filter(key=said, active=True).exists() else ""


def _said(incoming: Incoming) -> str:
    if incoming.text.strip():
        return incoming.text
    names = ", ".join(one.name for one in incoming.enclosures)
    return incoming.subject or names or _("(nothing written)")


def _when(row: Inbound, incoming: Incoming) -> Any:
    """The server's time of receipt; only a person dates a contact back to another day."""
    return incoming.occurred_at if incoming.more.get("person") else row.received_at


def _describe(row: Inbound, incoming: Incoming) -> None:
    row.sender, row.sender_name = incoming.sender[:320], incoming.sender_name[:200]
    row.subject, row.wire_id = incoming.subject[:250], incoming.wire_id[:250]
    row.machine, row.conversation = incoming.machine[:80], incoming.conversation[:250]


def _settle(row: Inbound, held: Held | None) -> None:
    row.lease_until = None
    if held is None:
        row.state, row.filed_at, row.because = _State.FILED, timezone.now(), ""
    else:
        row.state, row.code, row.because = _State.HELD, held.code, held.because[:200]
    row.save()
