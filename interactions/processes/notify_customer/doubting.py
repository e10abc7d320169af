"""A text in doubt, of which its carrier tells later: what became of it settles the doubt by itself.

Its id at the carrier was in the answer that we missed. A report names it all the same: by the
reference we gave, or by the number it went to and how it began. What could mean two of them, or
another one, settles nothing: the person who was told decides, as before.
"""

import re
import uuid
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from crm.access import SYSTEM
from crm.web.notices import withdraw
from interactions.channels.contract import Report
from interactions.channels.smpp.centre import reference_of
from interactions.models import Interaction, Message
from interactions.processes.notify_customer.keys import without_keys
from interactions.processes.notify_customer.staff import doubt_key
from interactions.processes.notify_customer.undelivered import go_another_way, lock_matters
from interactions.processes.track_interaction.timeline import append

# Carriers keep trying for three days at most.
_TOLD_WITHIN: Final = timedelta(days=7)
_AT_MOST: Final = 20
_WORD: Final = re.compile(r"\w+")
_State = Message.State


def in_doubt(channel: str, report: Report, *, patient: bool) -> Message | None:
    """The one text in doubt that this report can only mean.

    By its number alone it is known only when `patient`: else the report of a text that is being
    marked at this moment could be taken for it.
    """
    doubted = Message.objects.filter(
        channel=channel,
        direction=Interaction.Direction.OUTBOUND,
        state=_State.FAILED,
        sent_at=None,
        handed_over_at__gt=timezone.now() - _TOLD_WITHIN,
    )
    if named := _as_uuid(report.reference):
        return doubted.filter(public_id=named).first()
    if not report.to:
        return None
    found = list(doubted.filter(recipient=report.to).order_by("handed_over_at")[:_AT_MOST])
    if report.reference:
        found = [one for one in found if str(reference_of(str(one.public_id))) == report.reference]
    elif report.words:
        found = [one for one in found if _begins(one.body, report.words)]
    elif not patient:
        return None
    return found[0] if len(found) == 1 else None


@transaction.atomic
def settle_doubt(*, message_id: int, report: Report) -> bool:
    """It was taken: sent or delivered, and nobody has to ask. Or it came to nothing for sure."""
    lock_matters(Message.objects.filter(pk=message_id))
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if message.state != _State.FAILED or message.handed_over_at is None or message.sent_at:
        return False
    withdraw(doubt_key(message))
    interaction = Interaction.objects.lock(message.interaction_id)
    append(
        interaction,
        "message_settled",
        actor=SYSTEM,
        channel=message.channel,
        message=str(message.public_id),
        delivered=report.delivered,
        because=report.said,
    )
    message.last_error = "" if report.delivered else report.said[:300]
    if report.permanent:
        message.handed_over_at = None
        message.save(update_fields=["handed_over_at", "last_error"])
        go_another_way(message, interaction)
        return True
    message.state = _State.DELIVERED if report.delivered else _State.SENT
    message.sent_at, message.wire_id = message.handed_over_at, report.wire_id
    message.delivered_at = timezone.now() if report.delivered else None
    message.body = without_keys(message.body)
    message.save(
        update_fields=["state", "sent_at", "wire_id", "delivered_at", "body", "last_error"]
    )
    return True


def _as_uuid(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said)
    except ValueError:
        return None


def _begins(body: str, words: str) -> bool:
    """Compared by its letters and digits alone: carriers change everything else."""
    said = "".join(_WORD.findall(words.casefold()))
    return bool(said) and "".join(_WORD.findall(body.casefold())).startswith(said)
