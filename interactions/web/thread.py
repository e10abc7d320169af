"""The conversation of one interaction: messages and notes, with what the clocks did between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.web import times
from interactions.models import Interaction, InteractionEvent, Message
from interactions.web import wording

UNFOLDED = 6
_KINDS = {
    Message.Kind.NOTE: "note",
    Message.Kind.NOTICE: "out",
    Message.Kind.STAFF: "note",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, or one line of what happened."""

    at: datetime
    is_line: bool
    icon: str
    text: str
    who: str = ""
    how: str = ""
    kind: str = ""
    language: str = ""
    pk: int = 0


def entries(one: Interaction, show: str, customer: str) -> list[Entry]:
    """Oldest first; `show` is all, messages or notes."""
    messages = list(one.messages.exclude(kind=Message.Kind.STAFF).order_by("created_at", "pk"))
    said = [_message(message, customer) for message in messages]
    first = _first(one, messages, customer)
    if first:
        said.insert(0, first)
    if show == "messages":
        said = [entry for entry in said if entry.kind != "note"]
    elif show == "notes":
        said = [entry for entry in said if entry.kind == "note"]
    lines = [] if show in {"messages", "notes"} else list(_lines(one))
    return sorted([*said, *lines], key=lambda entry: entry.at)


def folded(found: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """(older ones to fold away, those to show): at most so many messages stay open."""
    places = [i for i, entry in enumerate(found) if not entry.is_line]
    if len(places) <= UNFOLDED:
        return [], list(found)
    cut = places[-UNFOLDED]
    return list(found[:cut]), list(found[cut:])


def _first(one: Interaction, messages: Sequence[Message], customer: str) -> Entry | None:
    """What the customer said when it was logged, unless the first message says the same."""
    if not one.description or any(m.body == one.description for m in messages[:2]):
        return None
    inbound = one.direction == Interaction.Direction.INBOUND
    name = customer or _("The caller") if inbound else _("We")
    return Entry(
        at=one.opened_at,
        is_line=False,
        icon=wording.channel_icon(one.channel),
        text=one.description,
        who=name,
        how=wording.channel(one.channel),
        kind="" if inbound else "out",
    )


def _message(message: Message, customer: str) -> Entry:
    inbound = message.direction == Interaction.Direction.INBOUND
    who = customer or message.author_name if inbound else message.author_name
    return Entry(
        at=message.created_at,
        is_line=False,
        icon=_icon(message),
        text=message.body,
        who=who,
        how=_how(message, inbound),
        kind="" if inbound else _KINDS.get(Message.Kind(message.kind), "out"),
        language=message.language,
        pk=message.pk,
    )


def _icon(message: Message) -> str:
    is_note = message.kind == Message.Kind.NOTE
    return "notebook" if is_note else wording.channel_icon(message.channel)


def _how(message: Message, inbound: bool) -> str:
    if message.kind == Message.Kind.NOTE:
        return _("Note, only for us")
    channel = wording.channel(message.channel)
    if inbound:
        return channel
    words = [channel]
    if message.kind == Message.Kind.NOTICE:
        words.append(str(message.get_kind_display()).lower())
    if message.state not in {Message.State.SENT, Message.State.RECEIVED}:
        words.append(str(message.get_state_display()).lower())
    return ", ".join(words)


def _lines(one: Interaction) -> Iterator[Entry]:
    events = list(one.events.order_by("seq"))
    names = _names(events)
    for event in events:
        found = _line(event, names)
        if found:
            icon, text = found
            yield Entry(at=event.occurred_at, is_line=True, icon=icon, text=text)


def _names(events: Sequence[InteractionEvent]) -> dict[int, str]:
    handed = {e.data.get("new") for e in events if e.type == "assigned" and e.data.get("new")}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=handed)} if handed else {}


def _line(event: InteractionEvent, names: dict[int, str]) -> tuple[str, str] | None:
    """Icon and sentence of a step people should see between the messages."""
    data = event.data
    target = wording.target(data.get("target", ""))
    plain = {
        "opened": ("clock", _("Logged by %(who)s")),
        "asked": ("message-question", _("We asked: “%(question)s”; the fix is paused")),
        "answered": ("check", _("The customer answered, the fix counts again")),
        "timed_out": ("clock-exclamation", _("No answer in time, the fix counts again")),
        "at_risk": ("alert-triangle", _("%(target)s at risk")),
        "breached": ("alert-octagon", _("%(target)s missed")),
        "promise_made": ("message-dots", _("New promise, %(target)s: %(due)s")),
        "completed": ("check", _("Completed: %(outcome)s")),
        "closed": ("circle-check", _("Closed, customer told: %(informed)s")),
        "reopened": ("history", _("Reopened: %(reason)s")),
        "cancelled": ("x", _("Cancelled: %(reason)s")),
        "retargeted": ("adjustments", _("Promise changed: %(reason)s")),
        "pause": ("player-pause", _("Paused, waiting for a partner")),
        "resume": ("player-play", _("Counts again")),
        "assigned": ("user-check", _("Handed to %(owner)s")),
    }.get(event.type)
    if plain is None or str(data.get("pause_id", "")).startswith("request:"):
        return None
    icon, sentence = plain
    due = parse_datetime(data["due_at"]) if data.get("due_at") else None
    said: dict[str, Any] = {
        "who": event.actor_name,
        "target": target,
        "question": data.get("question", ""),
        "due": times.instant_full(due) if due else "",
        "outcome": wording.outcome(data.get("outcome", "")),
        "informed": wording.informed_by(data.get("informed_by", "")),
        "reason": data.get("reason", ""),
        "owner": names.get(data.get("new") or 0, _("nobody")),
    }
    return icon, sentence % said
