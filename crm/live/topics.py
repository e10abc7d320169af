"""What an open page may listen to: apps say who hears a topic, this keeps their answers.

A page asks for `kind` or `kind:key`. The app that owns the kind answers, for this person and at
this moment, with the rooms in which such changes are called out, or with nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from crm.access import Actor

Rooms = frozenset[str]
Resolver = Callable[[Actor, str], Rooms]
_NAME = re.compile(r"[a-z][a-z-]*")


@dataclass(frozen=True)
class Kind:
    """A kind of topic: who may hear it, and how long it stays quiet after it was said."""

    resolver: Resolver
    quiet_for: float


_kinds: dict[str, Kind] = {}


def register(kind: str, resolver: Resolver, *, quiet_for: float) -> None:
    """Let pages listen to a kind; `quiet_for` seconds bound what a busy desk asks of the server."""
    if not _NAME.fullmatch(kind):
        raise ValueError(f"A kind of topic is a slug, not {kind!r}")
    if kind in _kinds:
        raise ValueError(f"The kind of topic {kind} is registered already")
    _kinds[kind] = Kind(resolver, quiet_for)


def rooms_of(topic: str, actor: Actor) -> Rooms:
    """The rooms of one topic for this person; none when it is unknown or not for them."""
    kind, _colon, key = topic.partition(":")
    known = _kinds.get(kind)
    return known.resolver(actor, key) if known else frozenset()


def quiet_for(topic: str) -> float:
    known = _kinds.get(topic.partition(":")[0])
    return known.quiet_for if known else 0.0
