"""Ways for whoever has no sign-in: each app says its own, every public page leads to them."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from crm.web.sprite import known_icon


@dataclass(frozen=True)
class Way:
    """One registered page that is open to anybody, and whether it is open now."""

    url_name: str
    label: str | Promise
    icon: str
    order: int
    is_open: Callable[[], bool]


@dataclass(frozen=True)
class PlacedWay:
    """A way as a template draws it."""

    label: str
    icon: str
    url: str


_ways: dict[str, Way] = {}


def register(
    url_name: str,
    *,
    label: str | Promise,
    icon: str,
    order: int,
    is_open: Callable[[], bool] = lambda: True,
) -> None:
    """Name a page that needs no sign-in."""
    if url_name in _ways:
        raise ValueError(f"{url_name} is a way for visitors already")
    known_icon(icon)
    _ways[url_name] = Way(url_name, label, icon, order, is_open)


def ways(here: str = "") -> list[PlacedWay]:
    """Those that are open now, in order, without the page one is on."""
    placed = [
        PlacedWay(str(way.label), way.icon, reverse(way.url_name))
        for way in sorted(_ways.values(), key=lambda way: way.order)
        if way.is_open()
    ]
    return [way for way in placed if way.url != here]
