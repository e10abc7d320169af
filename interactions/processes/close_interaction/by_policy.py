"""Closing by policy: what is done and stays unanswered is closed after the window, with proof."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from interactions.clock import UNTOLD
from interactions.models import Interaction, Message
from interactions.processes.close_interaction.ending import end, facts_to_decide, questions_open
from interactions.processes.close_interaction.letting_go import policy_of
from interactions.processes.notify_customer.colleagues import tell_closing_waits
from interactions.processes.notify_customer.queueing import closing_notice
from readiness.registry.resolve import CapabilityOff, Resolved

DAYS: Final = 3
IMPOSSIBLE: Final = UNTOLD
_ARRIVED: Final = (Message.State.SENT, Message.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one batch came to, and where the next one begins."""

    seen: int
    closed: int
    after: tuple[datetime, int] | None


def close_by_policy(
    limit: int, now: datetime, *, after: tuple[datetime, int] | None = None
) -> Pass:
    """Close at most `limit` matters whose window for the customer's answer is over.

    Nobody is waited for: a matter somebody works on is passed by until the next run.
    """
    with transaction.atomic():
        some = Interaction.objects.filter(
            status=Interaction.Status.COMPLETED, completed_at__lt=now
        ).order_by("completed_at", "pk")
        if after is not None:
            at, pk = after
            some = some.filter(Q(completed_at__gt=at) | Q(completed_at=at, pk__gt=pk))
        rows = list(some.select_for_update(skip_locked=True, of=("self",))[:limit])
        closed = sum(_close(row, now) for row in rows)
    last = rows[-1] if rows else None
    place = (last.completed_at, last.pk) if last and last.completed_at else None
    return Pass(len(rows), closed, place)


def _close(interaction: Interaction, now: datetime) -> bool:
    policy = policy_of(interaction)
    window = timedelta(days=float(policy.config.get("close_after_days", DAYS)))
    if interaction.completed_at is None or interaction.completed_at + window > now:
        return False
    if questions_open(interaction):
        return False
    if facts := facts_to_decide(interaction, policy):
        tell_closing_waits(interaction=interaction, facts=facts)
        return False
    proof = _informed(interaction, policy)
    if proof is None:
        return False
    informed_by, because = proof
    end(
        interaction=interaction,
        informed_by=informed_by,
        policy=policy,
        actor=SYSTEM,
        because=because,
    )
    return True


def _informed(interaction: Interaction, policy: Resolved) -> tuple[str, str] | None:
    """How the customer knows, with the proof; None while a message is still on its way.

    What was said since it was completed counts; else we tell them now. Where nobody may be written
    to, the last thing a person said to them does.
    """
    if interaction.removed_at is not None:
        return IMPOSSIBLE, "taken out of sight as a mistake"
    arrived = interaction.messages.filter(
        direction=Interaction.Direction.OUTBOUND,
        kind__in=[Message.Kind.PUBLIC, Message.Kind.NOTICE],
        state__in=_ARRIVED,
        channel__in=policy.config["informed_by"],
    ).order_by("-sent_at")
    since = arrived.filter(sent_at__gte=interaction.completed_at).first()
    if since is not None:
        return since.channel, f"message {since.public_id}"
    notice = Message.objects.filter(dedupe_key=_key(interaction)).first()
    notice = notice or _tell(interaction, policy)
    if notice is not None and notice.state == Message.State.QUEUED:
        return None
    spoken = arrived.first()
    if spoken is not None:
        return spoken.channel, f"message {spoken.public_id}"
    if notice is None:
        return IMPOSSIBLE, "no channel on which the customer may be written to"
    return IMPOSSIBLE, f"message {notice.public_id}: {notice.last_error or notice.state}"[:200]


def _tell(interaction: Interaction, policy: Resolved) -> Message | None:
    days = int(policy.config["reopen_days"])
    try:
        return closing_notice(
            interaction=interaction, say=lambda language: _words(language, days),
            dedupe_key=_key(interaction),
        )  # fmt: skip
    except CapabilityOff:
        return None


def _words(language: str, days: int) -> str:
    with translation.override(language or settings.LANGUAGE_CODE):
        return _(
            "we have finished this. If something is still wrong, answer within %(days)d days"
            " and we take it up again."
        ) % {"days": days}


def _key(interaction: Interaction) -> str:
    return f"closing:{interaction.pk}:{interaction.reopened}"
