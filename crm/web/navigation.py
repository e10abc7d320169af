"""Who appears in the sidebar: each app registers its entries in its own `web/navigation.py`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import DatabaseError
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.web.sprite import known_icon

Count = Callable[[Actor], int]

SECTIONS: dict[str, str | Promise] = {
    "desk": "",
    "stewardship": _("Stewardship"),
    "lead": _("Lead"),
    "administration": _("Administration"),
}
COUNT_SECONDS = 30
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """One registered place: what it is called, who may see it, what to count beside it."""

    url_name: str
    label: str | Promise
    icon: str
    section: str
    order: int
    permission: str = ""
    count: Count | None = None
    hot: bool = False
    key: str = ""
    quick: int = 0
    short_label: str | Promise = ""
    fragment: str = ""
    home_with: str = ""


@dataclass(frozen=True)
class Item:
    """One entry as a template draws it for one person."""

    label: str
    short_label: str
    icon: str
    url: str
    key: str
    count: int
    hot: bool
    current: bool


@dataclass(frozen=True)
class Section:
    """A headed group of entries."""

    label: str
    items: list[Item] = field(default_factory=list)


_entries: dict[str, Entry] = {}


def register(
    url_name: str,
    *,
    label: str | Promise,
    icon: str,
    section: str,
    order: int,
    permission: str = "",
    count: Count | None = None,
    hot: bool = False,
    key: str = "",
    quick: int = 0,
    short_label: str | Promise = "",
    fragment: str = "",
    home_with: str = "",
) -> None:
    """Add a place to the sidebar; `quick` 1 to 4 puts it in the phone's bottom bar too.

    `hot` shows the count in red: only for things that stop work. `fragment` is appended as
    #fragment, and such an entry never counts as the current page. `home_with` names the permission
    of those whose day begins here.
    """
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is no section; sections are {', '.join(SECTIONS)}")
    known_icon(icon)
    name = f"{url_name}#{fragment}"
    if name in _entries:
        raise ValueError(f"{name} is in the navigation already")
    _entries[name] = Entry(
        url_name,
        label,
        icon,
        section,
        order,
        permission,
        count,
        hot,
        key,
        quick,
        short_label,
        fragment,
        home_with,
    )


def sections_for(actor: Actor, path: str) -> list[Section]:
    """The sidebar of one person on one page."""
    found, visible = [], _visible(actor)
    for name, label in SECTIONS.items():
        items = [_item(entry, actor, path) for entry in visible if entry.section == name]
        if items:
            found.append(Section(str(label), items))
    return found


def quick_for(actor: Actor, path: str) -> list[Item]:
    """The thumb targets of a phone, at most four beside "More"."""
    quick = sorted(
        (entry for entry in _visible(actor) if entry.quick), key=lambda entry: entry.quick
    )
    return [_item(entry, actor, path) for entry in quick[:4]]


def home_of(actor: Actor) -> Entry | None:
    """Where the day of one person begins: the first place that is their work, else the first."""
    places = _visible(actor)
    own = (entry for entry in places if entry.home_with and actor.has_perm(entry.home_with))
    return next(own, next(iter(places), None))


def places_for(actor: Actor) -> list[Entry]:
    """Every place one person may go, for the command palette."""
    return _visible(actor)


def _visible(actor: Actor) -> list[Entry]:
    entries = sorted(
        _entries.values(), key=lambda entry: (list(SECTIONS).index(entry.section), entry.order)
    )
    return [entry for entry in entries if not entry.permission or actor.has_perm(entry.permission)]


def _item(entry: Entry, actor: Actor, path: str) -> Item:
    url = reverse(entry.url_name)
    return Item(
        label=str(entry.label),
        short_label=str(entry.short_label or entry.label),
        icon=entry.icon,
        url=url + (f"#{entry.fragment}" if entry.fragment else ""),
        key=entry.key,
        count=_count(entry, actor),
        hot=entry.hot,
        current=not entry.fragment and (path == url or (url != "/" and path.startswith(url))),
    )


def _count(entry: Entry, actor: Actor) -> int:
    if entry.count is None:
        return 0
    key = f"nav:{entry.url_name}:{actor.pk}"
    kept: int | None = cache.get(key)
    if kept is None:
        try:
            kept = entry.count(actor)
        except DatabaseError:
            _log.exception("The count of %s failed; the sidebar shows none", entry.url_name)
            kept = 0
        cache.set(key, kept, COUNT_SECONDS)
    return kept
