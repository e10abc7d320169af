"""Plan a message to a customer: permitted, worded in their language, and queued once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.gathering import insert_once
from customers.contactability import Contactable, Reachability, may_contact, need_for
from customers.models import CommunicationNeed, ContactMedium
from interactions.channels import adapter_of
from interactions.governed import CHANNELS, TEMPLATE_SET
from interactions.governed.channels import CARRIED, TAKES_FILES
from interactions.governed.wording import FALLBACK, Rendered, render, says
from interactions.models import Interaction, Message, ResponseRequest
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

SERVICE = "service"


@transaction.atomic
def queue_notice(
    *,
    interaction_id: int,
    purpose: str,
    subject: str,
    body: str,
    dedupe_key: str,
    actor: Actor,
    kind: str = Message.Kind.NOTICE,
    with_files: bool = False,
) -> Message | None:
    """Queue one message; asked again with the same key it is the same message.

    None when no channel is permitted that we can deliver on: then somebody has to call.
    `with_files` asks for a channel that takes files along.
    """
    interaction = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    contact = reach(interaction, purpose, with_files=with_files)
    if contact is None:
        return None
    return _queue(
        interaction,
        contact,
        Rendered(language_of(interaction, purpose), subject[:250], body),
        serving(contact.channel, interaction),
        purpose=purpose,
        dedupe_key=dedupe_key,
        kind=kind,
        author=actor.name,
    )


def delay_notice(
    *,
    interaction: Interaction,
    old_due: datetime | None,
    new_due: datetime,
    dedupe_key: str,
    text: str = "",
    clock_id: int | None = None,
    reachability: Reachability | None = None,
) -> Message | None:
    """Tell the customer the new promised date; None when nobody may or can be written to.

    `reachability` is what was read of many customers for service messages.
    """
    return _notice(
        interaction,
        "delay",
        {"old_due": old_due, "new_due": new_due},
        dedupe_key=dedupe_key,
        clock_id=clock_id,
        text=text,
        reachability=reachability,
    )


def question_notice(*, interaction: Interaction, request: ResponseRequest) -> Message | None:
    """Put our question to the customer in writing, if they may be written to."""
    return _notice(
        interaction,
        "question",
        {"question": request.question, "due": request.due_at},
        dedupe_key=f"request:{request.pk}:asked",
    )


def opening_notice(*, interaction: Interaction, opens: datetime, due: datetime) -> Message | None:
    """Tell who wrote while we were closed when we open, and by when they hear from us."""
    return _notice(
        interaction,
        "closed",
        {"opens": opens, "due": due},
        dedupe_key=f"interaction:{interaction.pk}:closed",
    )


def reminder_notice(
    *, interaction: Interaction, request: ResponseRequest, number: int
) -> Message | None:
    """Ask again, before the time to answer is over; each reminder is sent once."""
    return _notice(
        interaction,
        "question",
        {"question": request.question, "due": request.due_at},
        dedupe_key=f"request:{request.pk}:reminder:{number}",
    )


def closing_notice(
    *, interaction: Interaction, say: Callable[[str], str], dedupe_key: str
) -> Message | None:
    """Tell the customer that it is done; `say` is asked for the words in their language."""
    return _notice(
        interaction, "answer", {"text": say(language_of(interaction))}, dedupe_key=dedupe_key
    )


def _notice(
    interaction: Interaction,
    occasion: str,
    blanks: Mapping[str, str | datetime | None],
    *,
    dedupe_key: str,
    clock_id: int | None = None,
    text: str = "",
    reachability: Reachability | None = None,
) -> Message | None:
    customer = interaction.customer
    if customer is None or customer.party_id is None:
        return None
    known = reachability or Reachability([customer.party_id], SERVICE)
    contact = reach(interaction, SERVICE, known=known)
    if contact is None:
        return None
    try:
        wording = resolve(TEMPLATE_SET.key, unit=str(customer.public_id))
    except CapabilityOff:
        return None
    if not says(wording.config, occasion):
        return None
    need = known.need(customer.party_id, SERVICE)
    language = _language(interaction, need)
    said = {
        name: value if isinstance(value, str) else _said(value, need, language)
        for name, value in blanks.items()
    }
    rendered = render(
        wording.config,
        occasion,
        language=language,
        blanks={
            "name": customer.name,
            "reference": interaction.reference,
            "subject": interaction.subject,
            "brand": settings.CRM_BRAND,
            **said,
        },
    )
    if text:
        rendered = Rendered(rendered.language, rendered.subject, text)
    return _queue(
        interaction,
        contact,
        rendered,
        wording,
        purpose=SERVICE,
        dedupe_key=dedupe_key,
        kind=Message.Kind.NOTICE,
        author=settings.CRM_BRAND,
        clock_id=clock_id,
    )


def reach(
    interaction: Interaction,
    purpose: str,
    channel: str | None = None,
    *,
    with_files: bool = False,
    known: Reachability | None = None,
) -> Contactable | None:
    """Where the customer may be written to by us; None means not at all, or that they want a call.

    `channel` asks about that one only. Quiet hours don't refuse: the answer then carries the time
    before which nothing is sent. Somebody we don't know yet is answered where they wrote.
    """
    usable = deliverable(interaction)
    if channel is not None:
        usable = [one for one in usable if one == channel]
    if with_files:
        usable = [one for one in usable if one in TAKES_FILES]
    customer = interaction.customer
    if customer is None:
        return _where_they_wrote(interaction, usable)
    if customer.party_id is None or not usable:
        return None
    known = known or Reachability([customer.party_id], purpose)
    if channel is None:
        wished = may_contact(party_id=customer.party_id, purpose=purpose, reachability=known)
        if wished.channel in usable and _open(wished):
            return wished
        if wished.allowed and wished.channel == "phone":
            return None
    other = may_contact(
        party_id=customer.party_id, purpose=purpose, among=usable, reachability=known
    )
    return other if _open(other) else None


def deliverable(interaction: Interaction) -> list[str]:
    """Channels that our own worker can deliver on, by the versions that serve this interaction."""
    found = []
    for channel in CHANNELS:
        try:
            config = serving(channel, interaction).config
        except CapabilityOff:
            continue
        if config["delivery"] in CARRIED and not adapter_of(channel).why_not(config):
            found.append(channel)
    return found


def serving(channel: str, interaction: Interaction) -> Resolved:
    """The version of a channel that serves this interaction; raises CapabilityOff."""
    return resolve(CHANNELS[channel].key, unit=str(interaction.public_id))


def window_closed(interaction: Interaction, channel: str) -> bool:
    """Whether the other side's last word on a channel is too old for an answer in our own words."""
    hours = serving(channel, interaction).config.get("window_hours")
    if not hours:
        return False
    about = Message.objects.filter(
        channel=channel, direction=Interaction.Direction.INBOUND, automatic=False
    )
    theirs = (
        about.filter(interaction__customer=interaction.customer)
        if interaction.customer_id
        else about.filter(interaction=interaction)
    )
    since = timezone.now() - timedelta(hours=int(hours))
    return not theirs.filter(created_at__gt=since).exists()


def _where_they_wrote(interaction: Interaction, usable: Sequence[str]) -> Contactable | None:
    there = Q(channel__in=usable)
    if "email" in usable:
        # The form on our page says that the answer comes by e-mail.
        there |= Q(channel="web", sender__contains="@")
    wrote = (
        interaction.arrivals.filter(there, machine="")
        .exclude(sender="")
        .order_by("-received_at")
        .first()
    )
    if wrote is None:
        return None
    left = wrote.channel not in usable
    return Contactable(
        allowed=True,
        medium=ContactMedium(value=wrote.sender),
        channel="email" if left else wrote.channel,
        because=_("They left this address on our page.")
        if left
        else _("They wrote to us from there."),
    )


def _queue(
    interaction: Interaction,
    contact: Contactable,
    rendered: Rendered,
    version: Resolved,
    *,
    purpose: str,
    dedupe_key: str,
    kind: str,
    author: str,
    clock_id: int | None = None,
) -> Message:
    medium = contact.medium
    return insert_once(
        Message(
            dedupe_key=dedupe_key,
            interaction=interaction,
            clock_id=clock_id,
            kind=kind,
            direction=Interaction.Direction.OUTBOUND,
            channel=contact.channel,
            contact_medium_id=medium.pk if medium else None,
            recipient=medium.value if medium else "",
            author_name=author,
            language=rendered.language,
            subject=rendered.subject,
            body=rendered.body,
            state=Message.State.QUEUED,
            purpose=purpose,
            allowed_because=contact.because[:200],
            available_at=contact.not_before or timezone.now(),
            capability_version_id=version.version_id,
        ),
        by="dedupe_key",
    )


def _open(contact: Contactable) -> bool:
    return contact.allowed or contact.not_before is not None


def language_of(interaction: Interaction, purpose: str = SERVICE) -> str:
    """The language the customer wishes for what is about this purpose."""
    customer = interaction.customer
    need = need_for(customer.party_id, purpose) if customer and customer.party_id else None
    return _language(interaction, need)


def _language(interaction: Interaction, need: CommunicationNeed | None) -> str:
    party = interaction.customer.party if interaction.customer else None
    return (need and need.language) or (party and party.language) or FALLBACK


def _said(at: datetime | None, need: CommunicationNeed | None, language: str) -> str:
    """A date and time as the customer reads it: their language, their zone."""
    if at is None:
        return "–"
    zone = ZoneInfo((need and need.time_zone) or settings.CRM_TIME_ZONE)
    with translation.override(language):
        local = at.astimezone(zone)
        return f"{formats.date_format(local, 'j F Y, H:i')} ({local.tzname()})"
