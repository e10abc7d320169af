"""One search box for everything: apps register searchers and commands, this asks them all."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.web import navigation
from crm.web.sprite import known_icon

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is, where it opens, and why it was found."""

    kind: str
    title: str
    url: str
    icon: str
    sub: str = ""
    why: str = ""
    exact: bool = False
    key: str = ""
    is_data: bool = True


@dataclass(frozen=True)
class Group:
    """The hits of one searcher under one heading."""

    label: str
    hits: list[Hit]


@dataclass(frozen=True)
class Command:
    """Something the palette can start, beside the places of the navigation."""

    label: str | Promise
    url_name: str
    icon: str
    key: str = ""
    permission: str = ""
    fragment: str = ""


Searcher = Callable[[Actor, str, int], list[Hit]]
_searchers: dict[str, tuple[int, str | Promise, Searcher]] = {}
_commands: dict[str, Command] = {}


def register(name: str, searcher: Searcher, *, label: str | Promise, order: int) -> None:
    """Let an app answer the search box; it gets the actor, the text and how many hits to return."""
    if name in _searchers:
        raise ValueError(f"A searcher {name} is registered already")
    _searchers[name] = (order, label, searcher)


def register_command(
    label: str | Promise,
    url_name: str,
    *,
    icon: str,
    key: str = "",
    permission: str = "",
    fragment: str = "",
) -> None:
    """Let the palette start something that has an address."""
    known_icon(icon)
    _commands[f"{url_name}#{fragment}"] = Command(label, url_name, icon, key, permission, fragment)


def search(actor: Actor, text: str, limit: int) -> list[Group]:
    """Ask every searcher; one that fails is left out and logged, the others answer."""
    text = " ".join(text.split())
    groups = []
    for name, (_order, label, searcher) in sorted(_searchers.items(), key=lambda pair: pair[1][0]):
        try:
            hits = searcher(actor, text, limit) if text else []
        except DatabaseError:
            _log.exception("Searcher %s failed", name)
            continue
        if hits:
            groups.append(Group(str(label), hits[:limit]))
    commands = commands_for(actor, text)
    if commands:
        groups.append(Group(_("Go to"), commands[:limit]))
    return groups


def commands_for(actor: Actor, text: str) -> list[Hit]:
    """Places and commands whose name has a word beginning with each typed word."""
    places = [
        Command(
            entry.label, entry.url_name, entry.icon, entry.key, entry.permission, entry.fragment
        )
        for entry in navigation.places_for(actor)
    ]
    wanted = [
        one for one in _commands.values() if not one.permission or actor.has_perm(one.permission)
    ]
    seen: dict[str, Hit] = {}
    for command in [*wanted, *places]:
        if fits(str(command.label), text):
            url = reverse(command.url_name) + (f"#{command.fragment}" if command.fragment else "")
            hit = Hit(
                "command", str(command.label), url, command.icon, key=command.key, is_data=False
            )
            seen.setdefault(url, hit)
    return list(seen.values())


def fits(label: str, text: str) -> bool:
    """Whether each typed word begins a word of the label."""
    words = label.casefold().split()
    return all(any(word.startswith(part) for word in words) for part in text.casefold().split())
