"""What came in and needs a look: held back, or from somebody nobody knows; and how channels do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web import times
from crm.web.page import redirect_to, render_page
from crm.web.undo import say, say_with_undo
from customers import masking
from customers.models import Customer
from interactions.channels import adapter_of
from interactions.governed import CHANNELS
from interactions.governed.channels import CARRIED
from interactions.models import CarrierState, Inbound, Interaction, MailboxCursor, Message
from interactions.processes.receive_message import (
    discard,
    file_now,
    join,
    link,
    mailboxes,
    possible_senders,
    release,
    take_back,
)
from interactions.web import callers, wording
from interactions.web.people import shown_name
from readiness.registry.resolve import CapabilityOff, resolve

PERMISSION = "interactions.decide_inbound"
_AT_MOST = 50
_CODES = {
    "machine": gettext_lazy("Machine"),
    "loop": gettext_lazy("Loop"),
    "flood": gettext_lazy("Flood"),
    "too-large": gettext_lazy("Too large"),
    "unreadable": gettext_lazy("Unreadable"),
    "failed": gettext_lazy("Not filed"),
    "same-id": gettext_lazy("Same id"),
    "no-sender": gettext_lazy("No sender"),
    "report-of-nothing": gettext_lazy("Unknown report"),
}


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One arrival that was held back, as this person may see it."""

    one: Inbound
    sender: str
    subject: str
    tag: str
    channel: str
    icon: str
    suggested: Interaction | None


@dataclass(frozen=True, slots=True)
class UnknownRow:
    """One matter without a customer, with those who may be meant."""

    one: Interaction
    sender: str
    icon: str
    channel: str
    may_be: list[tuple[Customer, str]]
    suggested: Interaction | None


@dataclass(frozen=True, slots=True)
class Health:
    """How one channel does: whether it serves, takes in and sends."""

    name: str
    icon: str
    tone: str
    word: str
    receives: str
    sends: str
    waiting: int


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Held back, unknown, and the health of every channel."""
    actor = signed_in(request)
    require(actor, PERMISSION)
    held, unknown = _held(actor), _unknown(actor)
    record_access(
        actor=actor,
        action="view",
        subject="interaction",
        ids=[row.one.pk for row in unknown],
        purpose="service",
        detail="inbound",
    )
    context = {
        "held": held,
        "unknown": unknown,
        "health": _health(),
        "clear": masking.sees_people(actor),
    }
    return render_page(request, "interactions/inbound/page.html", context)


def count(actor: Actor) -> int:
    """How much waits for a decision."""
    if not actor.has_perm(PERMISSION):
        return 0
    held: int = Inbound.objects.filter(state=Inbound.State.HELD).count()
    unknown: int = _strangers(actor).distinct().count()
    return held + unknown


@login_required
@require_POST
def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """File it after all."""
    row = release(inbound_id=pk, actor=signed_in(request))
    file_now(row.pk)
    say(request, _("Let in. It is filed like any other now."))
    return _back(request)


@login_required
@require_POST
def put_into(request: HttpRequest, pk: int) -> HttpResponse:
    """File it into the interaction somebody names."""
    actor = signed_in(request)
    number = callers.reference(request.POST.get("reference", ""))
    matter = Interaction.objects.visible_to(actor).filter(pk=number or 0).first()
    if matter is None:
        raise RuleBroken("no-such-interaction", _("There is no such interaction."))
    join(inbound_id=pk, interaction_id=matter.pk, actor=actor)
    say(request, _("Put into %(reference)s.") % {"reference": matter.reference})
    return _back(request)


@login_required
@require_POST
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody needs it; it can be taken back."""
    discard(inbound_id=pk, actor=signed_in(request))
    undo = reverse("interactions:inbound_take_back", args=[pk])
    say_with_undo(request, _("Discarded."), undo_url=undo)
    return _back(request)


@login_required
@require_POST
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of discarding."""
    take_back(inbound_id=pk, actor=signed_in(request))
    say(request, _("It is held back again."))
    return _back(request)


@login_required
@require_POST
def know(request: HttpRequest, pk: int) -> HttpResponse:
    """One click: this sender is this customer."""
    wanted = request.POST.get("customer", "")
    linked = link(
        interaction_id=pk,
        customer_id=int(wanted) if wanted.isdecimal() else 0,
        actor=signed_in(request),
    )
    say(request, _("%(reference)s has its customer.") % {"reference": linked.reference})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect_to(request, reverse("interactions:inbound"))


def _held(actor: Actor) -> list[HeldRow]:
    rows = Inbound.objects.filter(state=Inbound.State.HELD).defer("raw")
    found = list(rows.order_by("-received_at")[:_AT_MOST])
    suggested = _suggested([row.suggested_id for row in found], actor)
    clear = masking.sees_people(actor)
    return [
        HeldRow(
            one=row,
            sender=_address(row.sender, row.channel, clear=clear),
            subject=row.subject if clear else masking.HIDDEN,
            tag=str(_CODES.get(row.code, _("Held back"))),
            channel=wording.channel(row.channel),
            icon=wording.channel_icon(row.channel),
            suggested=suggested.get(row.suggested_id or 0),
        )
        for row in found
    ]


def _strangers(actor: Actor) -> Any:
    return (
        Interaction.objects.visible_to(actor).open().filter(customer=None, arrivals__isnull=False)
    )


def _unknown(actor: Actor) -> list[UnknownRow]:
    matters = list(_strangers(actor).order_by("due_next_at", "pk").distinct()[:_AT_MOST])
    arrivals: dict[int, Inbound] = {}
    rows = Inbound.objects.filter(interaction__in=matters).defer("raw").order_by("-pk")
    for row in rows:
        arrivals[row.interaction_id or 0] = row
    suggested = _suggested([row.suggested_id for row in arrivals.values()], actor)
    return [
        _unknown_row(one, arrivals[one.pk], suggested, actor)
        for one in matters
        if one.pk in arrivals
    ]


def _unknown_row(
    one: Interaction, row: Inbound, suggested: dict[int, Interaction], actor: Actor
) -> UnknownRow:
    wanted = possible_senders(row.channel, row.sender)
    customers = Customer.objects.visible_to(actor).filter(pk__in=wanted)
    return UnknownRow(
        one=one,
        sender=_address(row.sender, row.channel, clear=masking.sees_people(actor)),
        icon=wording.channel_icon(row.channel),
        channel=wording.channel(row.channel),
        may_be=[(customer, shown_name(customer, actor)) for customer in customers],
        suggested=suggested.get(row.suggested_id or 0),
    )


def _suggested(pks: list[int | None], actor: Actor) -> dict[int, Interaction]:
    wanted = [pk for pk in pks if pk]
    return {one.pk: one for one in Interaction.objects.visible_to(actor).filter(pk__in=wanted)}


def _address(address: str, channel: str, *, clear: bool) -> str:
    if clear or not address:
        return address
    return masking.contact_point("email" if "@" in address else "phone", address)


def _health() -> list[Health]:
    waiting = dict(
        Inbound.objects.filter(state=Inbound.State.RECEIVED)
        .order_by()
        .values_list("channel")
        .annotate(n=Count("pk"))
    )
    came: dict[str, Any] = {
        channel: {
            # One step along an index for each, however much has come.
            "last": Inbound.objects.filter(channel=channel)
            .order_by("-received_at")
            .values_list("received_at", flat=True)
            .first(),
            "waiting": waiting.get(channel, 0),
        }
        for channel in CHANNELS
    }
    queued = dict(
        Message.objects.filter(state=Message.State.QUEUED)
        .values_list("channel")
        .annotate(n=Count("pk"))
    )
    carriers = CarrierState.objects.in_bulk()
    return [
        _one_health(channel, came.get(channel, {}), queued.get(channel, 0), carriers.get(channel))
        for channel in CHANNELS
    ]


def _one_health(
    channel: str, came: dict[str, Any], queued: int, carrier: CarrierState | None
) -> Health:
    waiting = queued + int(came.get("waiting", 0))
    make: Callable[..., Health] = lambda **said: Health(  # noqa: E731  # the same three each time
        name=wording.channel(channel),
        icon=wording.channel_icon(channel),
        waiting=waiting,
        **said,
    )
    try:
        config = resolve(CHANNELS[channel].key).config
    except CapabilityOff:
        return make(tone="bad", word=_("Off"), receives=_("Takes nothing in"), sends=_("Waits"))
    receives = _receives(channel, config, came.get("last"))
    trouble = _mailbox_trouble() if channel == "email" else ""
    if carrier is not None and carrier.failing_since is not None:
        since = times.instant(carrier.failing_since)
        away = _("Away since %(time)s") % {"time": since}
        return make(tone="bad", word=_("Away"), receives=trouble or receives, sends=away)
    sends = _sends(channel, config, carrier)
    if trouble:
        return make(tone="bad", word=_("Trouble"), receives=trouble, sends=sends)
    return make(tone="ok", word=_("On"), receives=receives, sends=sends)


def _receives(channel: str, config: Any, last: datetime | None) -> str:
    if not config["receives"]:
        return _("Takes nothing in")
    return _("Last at %(time)s") % {"time": times.instant(last)} if last else _("Nothing yet")


def _sends(channel: str, config: Any, carrier: CarrierState | None) -> str:
    if config["delivery"] == "by-hand":
        return _("By a person")
    if config["delivery"] == "on-page":
        return _("On the page")
    if config["delivery"] not in CARRIED:
        return _("Nothing is sent")
    if adapter_of(channel).why_not(config):
        return _("Not set up")
    if carrier is None or carrier.sent_at is None:
        return _("Nothing yet")
    return _("Last at %(time)s") % {"time": times.instant(carrier.sent_at)}


def _mailbox_trouble() -> str:
    failing = MailboxCursor.objects.filter(name__in=mailboxes()).exclude(failing_since=None).first()
    if failing is None or failing.failing_since is None:
        return ""
    passed = timezone.now() - failing.failing_since
    return _("%(mailbox)s can't be read for %(n)d min") % {
        "mailbox": failing.name,
        "n": int(passed.total_seconds() // 60),
    }


urlpatterns = [
    path("inbound", page, name="inbound"),
    path("inbound/<int:pk>/release", let_in, name="inbound_release"),
    path("inbound/<int:pk>/join", put_into, name="inbound_join"),
    path("inbound/<int:pk>/discard", throw_away, name="inbound_discard"),
    path("inbound/<int:pk>/take-back", bring_back, name="inbound_take_back"),
    path("inbound/unknown/<int:pk>/link", know, name="inbound_link"),
]
