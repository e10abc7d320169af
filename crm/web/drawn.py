"""What a list draws in every row, as plain functions: a template in a template costs ten times it.

Each is a component too (`templates/cotton`), for pages where it stands once.
"""

import html
import zlib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.safestring import SafeData, SafeString
from django.utils.translation import gettext as _

from crm.web.sprite import known_icon

_LEGAL_FORMS = {"ltd", "limited", "plc", "llp", "inc", "gmbh", "ag", "kg", "ug", "sa", "sas"}
_LEGAL_FORMS |= {"bv", "oy", "ab"}
_STATE_ICONS = {
    "soon": "hourglass-low",
    "risk": "alert-triangle",
    "over": "alert-octagon",
    "paused": "player-pause",
    "met": "circle-check",
}
_TICKS = "".join(
    f'<line class="m-tick" x1="{x}" x2="{x}" y1="0" y2="5"/>' for x in ("22", "33", "39.6")
)
_HATCH = '<line class="m-hatch" x1="1" y1="2.5" x2="43" y2="2.5" stroke-width="4"/>'
_METER = 44


def escaped(value: object) -> str:
    """What Django's `conditional_escape` says, without asking for more than a text can be."""
    text = str(value)
    return text if isinstance(text, SafeData) else html.escape(text)


def icon(name: str, size: str = "", tone: str = "") -> SafeString:
    """One icon of the sprite: size "s" or "l", tone such as "t-warn"."""
    return _icon(name, size, tone, _sprite())


@cache
def _sprite() -> str:
    return static("crm/sprite.svg")


@lru_cache(maxsize=1024)
def _icon(name: str, size: str, tone: str, sprite: str) -> SafeString:
    classes = " ".join(part for part in ("icon", size, tone) if part)
    return SafeString(
        f'<svg class="{escaped(classes)}" aria-hidden="true" focusable="false">'
        f'<use href="{escaped(sprite)}#{escaped(known_icon(name))}"></use></svg>'
    )


def state_icon(state: str) -> SafeString:
    return icon(_STATE_ICONS.get(state, "clock"))


def state_word(state: str) -> str:
    """The state of a clock for who does not see its colour."""
    match state:
        case "soon":
            return _("Due soon, left")
        case "risk":
            return _("At risk, left")
        case "over":
            return _("Overdue")
        case "paused":
            return _("Paused, left")
        case "met":
            return _("Met")
    return _("On track, left")


def due(
    state: str,
    share: float,
    left: str,
    *,
    what: str = "",
    at: str = "",
    seconds: float | None = None,
    running: bool = False,
) -> SafeString:
    """The cell of a promise: its state, what is left of it and how much, for what and when."""
    counts = second = ""
    if running and seconds:
        words = escaped(_("{h} h {mm}|{m} min|{s} s"))
        counts = f' data-left="{seconds:.0f}" data-words="{words}"'
    if what or at:
        when = f" · {escaped(at)}" if at else ""
        second = f'<div class="l2">{escaped(what)}{when}</div>'
    return SafeString(
        f'<div class="due"><div class="l1 s-{escaped(state)}">{state_icon(state)}'
        f'<b{counts}>{escaped(left)}</b><span class="vh">{escaped(state_word(state))}</span>'
        f"{meter(share, state)}</div>{second}</div>"
    )


def meter(share: float | None, state: str) -> SafeString:
    """How much of the time is used, with marks at half, three quarters and nine tenths."""
    fill = _HATCH
    if state != "paused":
        width = of_width(share, _METER)
        fill = f'<rect class="m-fill" width="{width}" height="5" rx="2.5"/>'
    return SafeString(
        '<svg class="meter" width="44" height="5" viewBox="0 0 44 5" aria-hidden="true"'
        ' focusable="false"><rect class="m-track" width="44" height="5" rx="2.5"/>'
        f"{fill}{_TICKS}</svg>"
    )


def of_width(share: float | None, width: float) -> str:
    """A share of a bar's width as an SVG length, never outside the bar."""
    return f"{max(0.0, min(1.0, float(share or 0))) * float(width):.1f}"


def avatar(name: str, org: bool = False, size: str = "") -> SafeString:
    """Two letters in a quiet colour; an organisation's are square."""
    tone = "org" if org else avatar_tone(name)
    return SafeString(
        f'<span class="av {escaped(size)} {tone}" aria-hidden="true" translate="no">'
        f"{escaped(initials(name))}</span>"
    )


def avatar_tone(name: str) -> str:
    """One of three quiet colours, the same for the same name everywhere."""
    return ("", "b", "c")[zlib.crc32(str(name).encode()) % 3]


def initials(name: str) -> str:
    """Two letters for an avatar: first and last word, legal forms left out."""
    words = [
        word
        for word in str(name).split()
        if word.strip(".,").lower() not in _LEGAL_FORMS and word[0].isalnum()
    ]
    if not words:
        return "?"
    return (words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]).upper()


def tag(text: str, tone: str = "", icon_name: str = "") -> SafeString:
    """A word in a frame, with its icon."""
    drawn = icon(icon_name) if icon_name else ""
    return SafeString(f'<span class="tag {escaped(tone)}">{drawn}{escaped(text)}</span>')


def select(name: str, attributes: str, choices: Iterable[Any], chosen: Iterable[str]) -> SafeString:
    """A choice as Django draws it, groups and all, without a dictionary for each option."""
    return select_of(name, attributes, "\n".join(_options(choices, set(chosen))))


def select_of(name: str, attributes: str, options: str) -> SafeString:
    return SafeString(f'<select name="{escaped(name)}"{attributes}>\n{options}\n</select>')


@lru_cache(maxsize=64)
def options(choices: tuple[tuple[str, str], ...], chosen: str) -> str:
    """Choices that stay the same for a while, drawn once for each that may be chosen."""
    return "\n".join(_options(choices, {chosen}))


def _options(choices: Iterable[Any], chosen: set[str]) -> Iterator[str]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield f'  <optgroup label="{escaped(value)}">'
            yield from _options(label, chosen)
            yield "  </optgroup>"
            continue
        text = "" if value is None else str(value)
        mark = ""
        if text in chosen:
            mark = " selected"
            # One is chosen, the first that fits.
            chosen.clear()
        yield f'  <option value="{escaped(text)}"{mark}>{escaped(label)}</option>'
