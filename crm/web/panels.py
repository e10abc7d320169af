"""Panels that upper apps put on a lower app's page; the lower app never learns who they are."""

import re
from dataclasses import dataclass
from typing import Any

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


_panels: dict[tuple[str, str], Panel] = {}


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
