"""Panels that upper apps put on a lower app's page; the lower app never learns who they are."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise

from crm.access import Actor
from crm.web.sprite import known_icon

COLUMNS = ("top", "left", "centre", "right")


@dataclass(frozen=True)
class Panel:
    """One panel: where it stands, and the view that renders it as a fragment."""

    page: str
    name: str
    order: int
    column: str
    title: str | Promise
    icon: str
    url_name: str
    permission: str = ""


@dataclass(frozen=True)
class PlacedPanel:
    """A panel for one subject and one person, with its address."""

    name: str
    column: str
    title: str
    icon: str
    url: str


@dataclass(frozen=True)
class Action:
    """A button that an upper app puts in the head of a lower app's page."""

    page: str
    name: str
    order: int
    label: str | Promise
    icon: str
    url_name: str
    parameter: str
    permission: str
    key: str


@dataclass(frozen=True)
class PlacedAction:
    """A button for one subject and one person, with its address."""

    label: str
    icon: str
    url: str
    key: str


_panels: dict[tuple[str, str], Panel] = {}
_actions: dict[tuple[str, str], Action] = {}


def register(
    *,
    page: str,
    name: str,
    order: int,
    column: str,
    title: str | Promise,
    icon: str,
    url_name: str,
    permission: str = "",
) -> None:
    """Add a panel to a page; refuses what could not be drawn."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"A panel's name is a slug, not {name!r}")
    if column not in COLUMNS:
        raise ValueError(f"{column!r} is no column; columns are {', '.join(COLUMNS)}")
    if (page, name) in _panels:
        raise ValueError(f"Page {page} has a panel {name} already")
    known_icon(icon)
    _panels[page, name] = Panel(page, name, order, column, title, icon, url_name, permission)


def panels_for(page: str, actor: Actor, **url_kwargs: Any) -> list[PlacedPanel]:
    """The panels of a page this person may see, in order; `url_kwargs` name the subject."""
    wanted = [
        panel
        for panel in _panels.values()
        if panel.page == page and (not panel.permission or actor.has_perm(panel.permission))
    ]
    return [
        PlacedPanel(
            panel.name,
            panel.column,
            str(panel.title),
            panel.icon,
            reverse(panel.url_name, kwargs=url_kwargs),
        )
        for panel in sorted(wanted, key=lambda panel: (panel.order, panel.name))
    ]


def register_action(
    *,
    page: str,
    name: str,
    order: int,
    label: str | Promise,
    icon: str,
    url_name: str,
    parameter: str,
    permission: str = "",
    key: str = "",
) -> None:
    """Add a button to a page's head; `parameter` carries the subject in its address."""
    if (page, name) in _actions:
        raise ValueError(f"Page {page} has a button {name} already")
    known_icon(icon)
    _actions[page, name] = Action(
        page, name, order, label, icon, url_name, parameter, permission, key
    )


def actions_for(page: str, actor: Actor, *, pk: int) -> list[PlacedAction]:
    """The buttons of a page this person may use, in order."""
    wanted = [
        action
        for action in _actions.values()
        if action.page == page and (not action.permission or actor.has_perm(action.permission))
    ]
    return [
        PlacedAction(
            str(action.label),
            action.icon,
            f"{reverse(action.url_name)}?{urlencode({action.parameter: pk})}",
            action.key,
        )
        for action in sorted(wanted, key=lambda action: (action.order, action.name))
    ]
