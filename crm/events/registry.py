"""Who hears which event. Handlers live in `<app>/handlers.py` and register when the app starts."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.module_loading import import_string

from crm.events.catalogue import Event

Handler = Callable[[Any, int], None]
"""Called as handler(payload_event, event_id); it re-reads state and must not trust order."""

_paths: dict[str, list[str]] = defaultdict(list)
_types: dict[str, type[Event]] = {}


E = TypeVar("E", bound=Event)


def on(event: type[E]) -> Callable[[Callable[[E, int], None]], Callable[[E, int], None]]:
    """Subscribe a module-level function to an event; it is called as handler(event, event_id)."""

    def register(handler: Callable[[E, int], None]) -> Callable[[E, int], None]:
        path = f"{handler.__module__}.{handler.__qualname__}"
        if path not in _paths[event.name]:
            _paths[event.name].append(path)
        return handler

    return register


def handler_paths(name: str) -> tuple[str, ...]:
    """Dotted paths of everything that hears an event of this name."""
    return tuple(_paths[name])


def handler(path: str) -> Handler:
    """The function a delivery names; raises ImportError when it no longer exists."""
    found: Handler = import_string(path)
    return found


def typed(name: str, payload: dict[str, Any]) -> Event:
    """The stored payload as the event it was."""
    if not _types:
        _types.update({event.name: event for event in Event.__subclasses__()})
    return _types[name](**payload)
