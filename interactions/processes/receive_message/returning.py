"""What carriers tell of messages of ours: delivered, late, or come back."""

from django.utils.translation import gettext as _

from interactions.channels.contract import Incoming
from interactions.models import Inbound, Interaction, Message
from interactions.processes.notify_customer.doubting import in_doubt, settle_doubt
from interactions.processes.notify_customer.undelivered import arrived, came_back
from interactions.processes.receive_message.screening import Held


class NotYet(Exception):
    """The report was faster than our own mark that the message was sent."""


def apply(row: Inbound, incoming: Incoming) -> Held | None:
    """Tell the messages what became of them; a report about nothing of ours is held back."""
    matched = None
    for report in incoming.reports:
        message = (
            Message.objects.filter(
                wire_id=report.wire_id,
                channel=row.channel,
                direction=Interaction.Direction.OUTBOUND,
            )
            .order_by("-pk")
            .first()
        )
        if message is None:
            message = in_doubt(row.channel, report, patient=row.attempts > _PATIENCE)
            if message is not None:
                settle_doubt(message_id=message.pk, report=report)
                matched = message
            continue
        matched = message
        if report.on_its_way:
            continue
        if report.delivered:
            arrived(message_id=message.pk)
        else:
            came_back(message_id=message.pk, permanent=report.permanent, said=report.said)
    if matched is not None:
        row.interaction_id, row.message = matched.interaction_id, matched
        row.code = "report"
        return None
    if all(report.on_its_way for report in incoming.reports) and row.attempts > _PATIENCE:
        return None
    if row.channel != "email" and row.attempts <= _PATIENCE:
        raise NotYet(incoming.reports[0].wire_id)
    return Held("report-of-nothing", _("It reports about a message we don't know."))


_PATIENCE = 3
