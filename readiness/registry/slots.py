"""Declare a governed behaviour: a place in the software where only an accepted version acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness.registry.settings import Setting


@dataclass(frozen=True, slots=True)
class Slot:
    """A governed behaviour.

    `check_config` raises ValueError with a sentence when a configuration can't work.
    `baseline` is the configuration of version 1, loaded and really tested at installation.
    `on_absence`, when the version in general use is held: "off" (asking raises CapabilityOff) or
    "previous" (the version it replaced serves again).
    `durations` are patterns of paths whose seconds people write as "8 h" ("rules.*.targets.*").
    `settings` puts the configuration into words, by the same patterns.
    """

    key: str
    title: str
    kind: str = "versioned_config"
    unit: str = "global"
    on_absence: str = "off"
    processes: tuple[str, ...] = ()
    personal_data: bool = False
    billing: bool = False
    baseline: Mapping[str, Any] = field(default_factory=dict)
    code_ref: str = ""
    check_config: Callable[[Mapping[str, Any]], None] | None = None
    durations: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)


_declared: dict[str, Slot] = {}


def declare(slot: Slot) -> Slot:
    """Register a slot; the same key twice is a programming error."""
    if _declared.setdefault(slot.key, slot) is not slot:
        raise ValueError(f"Slot {slot.key} is declared twice.")
    return slot


def declared() -> tuple[Slot, ...]:
    return tuple(_declared[key] for key in sorted(_declared))


def named(key: str) -> Slot:
    """The slot of that key; KeyError when nobody declared it."""
    return _declared[key]
