"""Deliver Reports: send customers' reports by e-mail, say what became of it, raise late ones."""

import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.access import SYSTEM
from customers.contactability import need_for
from customers.models import Report, ReportDelivery, ReportNeed
from customers.processes.report_to_customer import delivered
from customers.reporting import kinds
from interactions.governed import CHANNELS
from interactions.governed.wording import FALLBACK
from interactions.models import Attachment, Interaction, Message
from interactions.processes.log_interaction import log_interaction
from interactions.processes.notify_customer.sending import SUBSCRIBED
from readiness.registry.resolve import resolve

ETOM = "1.3.5.5"

SOURCE = "reports"
_CHANNEL = "email"
_SETTLED = {
    Message.State.SENT: "",
    Message.State.DELIVERED: "",
    Message.State.FAILED: "failed",
    Message.State.DROPPED: "dropped",
}
_BATCH = 200


@transaction.atomic
def send_report(*, report_id: int) -> int:
    """Queue one mail with the file for each address; asked again it is the same mail."""
    report = Report.objects.select_related("need__customer__party").get(pk=report_id)
    if report.made_at is None:
        return 0
    customer = report.need.customer
    language = _language(report)
    with translation.override(language):
        subject = _subject(report)
        body = _(
            "Hello,\n\nattached is your report. Answer this message if something is missing or "
            "should be different.\n\n%(brand)s"
        ) % {"brand": settings.CRM_BRAND}
    interaction = log_interaction(
        customer_id=customer.pk,
        channel=_CHANNEL,
        direction=Interaction.Direction.OUTBOUND,
        subject=subject,
        source=SOURCE,
        external_id=f"report:{report.public_id}",
        status=Interaction.Status.COMPLETED,
        actor=SYSTEM,
    )
    version = resolve(CHANNELS[_CHANNEL].key, unit=str(interaction.public_id))
    queued = 0
    for one in report.deliveries.filter(sent_at=None):
        message, new = Message.objects.get_or_create(
            dedupe_key=key_of(one),
            defaults={
                "interaction": interaction,
                "kind": Message.Kind.NOTICE,
                "direction": Interaction.Direction.OUTBOUND,
                "channel": _CHANNEL,
                "recipient": one.recipient,
                "author_name": settings.CRM_BRAND,
                "language": language,
                "subject": subject,
                "body": body,
                "state": Message.State.QUEUED,
                "purpose": SUBSCRIBED,
                "allowed_because": "report subscription",
                "available_at": timezone.now(),
                "capability_version_id": version.version_id,
            },
        )
        if new:
            _attach(message, report)
            queued += 1
    return queued


def settle_reports() -> int:
    """Tell the reports what became of their mails; safe to run in any number of workers."""
    waiting = list(
        ReportDelivery.objects.filter(
            sent_at=None, problem="", report__state=Report.State.READY
        ).order_by("pk")[:_BATCH]
    )
    keys = {key_of(one): one for one in waiting}
    settled = Message.objects.filter(dedupe_key__in=keys, state__in=_SETTLED)
    count = 0
    for message in settled:
        one = keys[message.dedupe_key]
        failed = _SETTLED[Message.State(message.state)]
        problem = f"{failed}: {message.last_error}" if failed else ""
        delivered(report_id=one.report_id, recipient=one.recipient, problem=problem, actor=SYSTEM)
        count += 1
    return count


@transaction.atomic
def raise_late_report(*, report_id: int) -> Interaction:
    """A report is past its time: that is a matter of the customer's, with a promise of its own."""
    report = Report.objects.select_related("need__customer").get(pk=report_id)
    because = report.problem or "; ".join(
        one.problem for one in report.deliveries.exclude(problem="")
    )
    return log_interaction(
        customer_id=report.need.customer_id,
        channel=_CHANNEL,
        direction=Interaction.Direction.OUTBOUND,
        subject=_("Report is late: %(what)s") % {"what": _subject(report)},
        text=because,
        source=SOURCE,
        external_id=f"late:{report.public_id}",
        actor=SYSTEM,
    )


def key_of(one: ReportDelivery) -> str:
    """The name under which a mail of a report exists once."""
    digest = hashlib.sha256(one.recipient.encode()).hexdigest()[:32]
    return f"report:{one.report_id}:{digest}"


def _language(report: Report) -> str:
    """As they wish to be told about anything, else the language of the party."""
    party = report.need.customer.party
    wish = need_for(party.pk, SUBSCRIBED) if party else None
    return (wish and wish.language) or (party and party.language) or FALLBACK


def _subject(report: Report) -> str:
    title = str(kinds.named(report.need.kind).title)
    # A month by its name; anything else by the day it begins on.
    monthly = report.need.period == ReportNeed.Period.MONTH
    return f"{title}, {date_format(report.since, 'F Y' if monthly else 'j M Y')}"


def _attach(message: Message, report: Report) -> None:
    Attachment.objects.create(
        interaction=message.interaction,
        message=message,
        name=report.file_name,
        media_type=report.media_type,
        found_type=report.media_type.partition(";")[0],
        size=len(report.content),
        digest=report.digest,
        content=bytes(report.content),
        state=Attachment.State.CLEAR,
    )
