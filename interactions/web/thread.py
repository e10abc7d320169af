"""The conversation of one interaction: messages and notes, with what the clocks did between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.accounts.names import known_as
from crm.web import times
from interactions.models import Attachment, Interaction, InteractionEvent, Message, Participant
from interactions.web import wording

UNFOLDED = 6
_KINDS = {
    Message.Kind.NOTE: "note",
    Message.Kind.NOTICE: "out",
    Message.Kind.STAFF: "note",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file that came or went with a message, and whether it may be opened."""

    public_id: UUID
    interaction_id: UUID
    name: str
    size: str
    clear: bool
    said: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, or one line of what happened."""

    at: datetime
    is_line: bool
    icon: str
    text: str
    who: str = ""
    # The login it was written under: two colleagues may share a name.
    by: str = ""
    how: str = ""
    kind: str = ""
    language: str = ""
    pk: int = 0
    files: tuple[File, ...] = ()
    # A mail with all it quotes, where that is more than the reply itself.
    whole: str = ""


def entries(one: Interaction, show: str, customer: str) -> list[Entry]:
    """Oldest first; `show` is all, messages or notes."""
    matters = [one, *one.merged_from.order_by("opened_at")]
    messages = list(
        Message.objects.filter(interaction__in=matters)
        .exclude(kind=Message.Kind.STAFF)
        .order_by("created_at", "pk")
    )
    files = _files(matters)
    said = [_message(message, customer, files) for message in messages]
    for matter in matters:
        first = _first(matter, messages, customer)
        if first:
            said.insert(0, first)
    if show == "messages":
        said = [entry for entry in said if entry.kind != "note"]
    elif show == "notes":
        said = [entry for entry in said if entry.kind == "note"]
    lines = [] if show in {"messages", "notes"} else list(_lines(one))
    return sorted([*said, *lines], key=lambda entry: entry.at)


def counts(one: Interaction) -> tuple[int, int, int]:
    """How many entries each choice shows: all, messages, notes; first words count as one."""
    matters = Interaction.objects.filter(Q(pk=one.pk) | Q(merged_into=one.pk))
    said = Message.objects.filter(interaction__in=matters).exclude(kind=Message.Kind.STAFF)
    n = said.aggregate(all=Count("pk"), notes=Count("pk", filter=Q(kind=Message.Kind.NOTE)))
    first = _first(one, list(one.messages.order_by("created_at", "pk")[:2]), "") is not None
    return n["all"] + first, n["all"] - n["notes"] + first, n["notes"]


def folded(found: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """(older ones to fold away, those to show): at most so many messages stay open."""
    places = [i for i, entry in enumerate(found) if not entry.is_line]
    if len(places) <= UNFOLDED:
        return [], list(found)
    cut = places[-UNFOLDED]
    return list(found[:cut]), list(found[cut:])


def _first(one: Interaction, messages: Sequence[Message], customer: str) -> Entry | None:
    """What the customer said when it was logged, unless the first message says the same."""
    own = [message for message in messages if message.interaction_id == one.pk]
    if not one.description or any(m.body == one.description for m in own[:2]):
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


def _files(matters: Sequence[Interaction]) -> dict[int, list[File]]:
    """Files by message, without their content."""
    found: dict[int, list[File]] = {}
    ids = {matter.pk: matter.public_id for matter in matters}
    rows = Attachment.objects.filter(interaction__in=ids).defer("content").order_by("pk")
    for row in rows:
        clear = row.state == Attachment.State.CLEAR
        found.setdefault(row.message_id or 0, []).append(
            File(
                public_id=row.public_id,
                interaction_id=ids[row.interaction_id],
                name=row.name,
                size=filesizeformat(row.size),
                clear=clear,
                said=(row.because if row.state == Attachment.State.HELD else "")
                or str(row.get_state_display()),
            )
        )
    return found


def _message(message: Message, customer: str, files: Mapping[int, list[File]]) -> Entry:
    inbound = message.direction == Interaction.Direction.INBOUND
    who = customer or message.author_name if inbound else known_as(message.author_name)
    return Entry(
        at=message.created_at,
        is_line=False,
        icon=_icon(message),
        text=message.body,
        who=who,
        by="" if inbound else message.author_name,
        how=_how(message, inbound),
        kind="" if inbound else _KINDS.get(Message.Kind(message.kind), "out"),
        language=message.language,
        pk=message.pk,
        files=tuple(files.get(message.pk, ())),
        whole=message.whole,
    )


def _icon(message: Message) -> str:
    is_note = message.kind == Message.Kind.NOTE
    return "notebook" if is_note else wording.channel_icon(message.channel)


def _how(message: Message, inbound: bool) -> str:
    if message.kind == Message.Kind.NOTE:
        return _("Note, only for us")
    channel = wording.channel(message.channel)
    if inbound:
        return " · ".join(filter(None, (channel, wording.visit(message.visit))))
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
    handed = {_number(e.data.get("new")) for e in events if e.type == "assigned"} - {0}
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
        "at_risk": ("alert-triangle", _at_risk(data)),
        "pause_ended": (
            "player-play",
            _("Paused for as long as is agreed: %(target)s counts again"),
        ),
        "stood_by": ("check", _("%(who)s: %(target)s will be in time")),
        "breached": ("alert-octagon", _("%(target)s missed")),
        "promise_made": ("message-dots", _("New promise, %(target)s: %(due)s")),
        "completed": ("check", _("Completed: %(outcome)s")),
        "closed": ("circle-check", _("Closed, customer told: %(informed)s")),
        "reopened": ("history", _("Reopened: %(reason)s")),
        "cancelled": ("x", _("Cancelled: %(reason)s")),
        "retargeted": ("adjustments", _("Promise changed: %(reason)s")),
        "pause": ("player-pause", _("Paused, waiting for a partner")),
        "resume": ("player-play", _("Counts again")),
        "assigned": _handed(data),
        "transferred": ("users-group", _("Given to a team")),
        "escalated": ("flag", _("%(who)s asks for help: %(reason)s")),
        "calmed": ("flag", _("No longer escalated")),
        "snoozed_until": ("clock-pause", _("Snoozed until %(until)s")),
        "woken": ("bell-ringing", _("Awake again")),
        "reminded": ("message-question", _("Reminded the customer of what we asked")),
        "question_withdrawn": ("x", _("We no longer need the answer, the fix counts again")),
        "merged": ("git-merge", _("Merged into %(other)s")),
        "merged_in": ("git-merge", _("%(other)s was merged into this")),
        "unmerged": ("git-merge", _("Stands alone again")),
        "merge_taken_back": ("git-merge", _("%(other)s stands alone again")),
        "split_off": ("arrows-left-right", _("%(other)s was split off")),
        "split_from": ("arrows-left-right", _("Split off from %(other)s")),
        "split_undone": ("arrows-left-right", _("%(other)s came back into this")),
        "reply_taken_back": (
            "arrow-back-up",
            _("%(who)s took back a call that was not about this"),
        ),
        "kept_apart": ("arrows-left-right", _("%(who)s: not the same as %(other)s")),
        "linked": ("link", _("Linked with %(other)s")),
        "unlinked": ("unlink", _("No longer linked with %(other)s")),
        "subject_added": ("list-check", _("A further subject: %(subject)s")),
        "subject_settled": ("check", _("%(subject)s: %(outcome)s")),
        "time_corrected": ("clock", _("%(who)s: %(spent)s minutes at this, counted %(counted)s")),
        "identified": ("shield-check", _("%(by)s verified the caller, level %(level)s")),
        "own_fields_changed": ("pencil", _("%(who)s filled in: %(fields)s")),
        "macro_applied": ("checklist", _("%(who)s did what “%(name)s” does, version %(version)s")),
        "macro_undone": ("arrow-back-up", _("%(who)s took back what “%(name)s” did")),
        "participant_added": ("user-plus", _("%(who)s: somebody takes part, as %(role)s")),
        "participant_removed": ("user", _("%(who)s: somebody takes no part any more")),
        "tagged": ("tag", _("%(who)s put on the tag “%(name)s”")),
        "untagged": ("tag", _("%(who)s took off the tag “%(name)s”")),
        "follow_up_planned": ("calendar-time", _("%(who)s means to follow up %(due)s")),
    }.get(event.type)
    if plain is None or str(data.get("pause_id", "")).startswith("request:"):
        return None
    icon, sentence = plain
    roles = {key: str(label).lower() for key, label in Participant.Role.choices}
    said: dict[str, Any] = {
        "who": known_as(event.actor_name),
        "target": target,
        "question": data.get("question", ""),
        "subject": data.get("subject", ""),
        "due": _full(data.get("due_at")),
        "outcome": wording.outcome(data.get("outcome", "")),
        "informed": wording.informed_by(data.get("informed_by", "")),
        "reason": data.get("reason", ""),
        "owner": names.get(_number(data.get("new")), _("nobody")),
        "until": _full(data.get("until")),
        "other": _reference(data),
        "chance": data.get("chance", ""),
        "spent": _minutes(data.get("spent")),
        "counted": _minutes(data.get("counted")),
        "name": data.get("name", ""),
        "role": roles.get(data.get("role", ""), ""),
        "version": data.get("macro_version", ""),
        "fields": ", ".join(data.get("changed", [])),
        "by": known_as(data.get("by", "")),
        "level": data.get("level", ""),
    }
    return icon, sentence % said


def _minutes(seconds: Any) -> str:
    return times.number(_number(seconds) / 60, 0)


def _at_risk(data: Mapping[str, Any]) -> str:
    if data.get("foreseen"):
        return _("%(target)s in doubt: of a hundred like it, %(chance)s are in time")
    return _("%(target)s at risk")


def _handed(data: Mapping[str, Any]) -> tuple[str, str]:
    if data.get("because") == "unanswered":
        return "history", _("Went back to the queue: not answered in time")
    if data.get("new") is None:
        return "user-check", _("Back to the queue")
    return "user-check", _("Handed to %(owner)s")


def _full(written: str | None) -> str:
    at = parse_datetime(written) if written else None
    return times.instant_full(at) if at else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _reference(data: Mapping[str, Any]) -> str:
    """The other matter a step speaks of, as people read its id."""
    number = next(
        (data[name] for name in ("into", "source", "other") if isinstance(data.get(name), int)), 0
    )
    return Interaction(pk=number).reference if number else ""
