"""Which accepted version serves this unit now: asked by every governed behaviour at run time."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps


class CapabilityOff(Exception):
    """No accepted version serves this unit: the behaviour is off, and must say so."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"No accepted version of {slot} is in use. Introduce one in Readiness.")
        self.slot = slot


@dataclass(frozen=True, slots=True)
class Resolved:
    """The version that serves a unit, with its frozen configuration."""

    version_id: int
    slot: str
    number: int
    state: str
    config: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    resolved: Resolved
    salt: str
    percent: float


_SNAPSHOT_SECONDS = 5.0
_snapshot: dict[str, list[_Candidate]] = {}
_taken_at = -_SNAPSHOT_SECONDS


def bucket(slot: str, salt: str, unit: str) -> int:
    """0 … 9999, the same on every worker; raising a share only adds units."""
    digest = hashlib.sha256(f"{slot}:{salt}:{unit}".encode()).hexdigest()
    return int(digest, 16) % 10_000


def _read_snapshot() -> dict[str, list[_Candidate]]:
    # By label, so that the registry stays below the models it serves.
    versions = apps.get_model("readiness", "CapabilityVersion")._default_manager
    found: dict[str, list[_Candidate]] = {}
    rows = versions.filter(state__in=["pilot", "general_availability"]).select_related("slot")
    shares = dict(
        apps.get_model("readiness", "Stage")
        ._default_manager.filter(entered_at__isnull=False, exited_at=None)
        .values_list("introduction__version_id", "percent")
    )
    for version in rows.order_by("state"):
        share = 100.0 if version.state == "general_availability" else float(shares.get(version.pk, 0))
        found.setdefault(version.slot.key, []).append(
            _Candidate(
                Resolved(
                    version_id=version.pk,
                    slot=version.slot.key,
                    number=version.number,
                    state=version.state,
                    config=version.config,
                    fingerprint=version.fingerprint,
                ),
                version.salt,
                share,
            )
        )
    return found


def forget_snapshot() -> None:
    """Read afresh at the next question: after a transition, and between tests."""
    global _taken_at  # noqa: PLW0603  # one snapshot per process is the design
    _taken_at = -_SNAPSHOT_SECONDS


def _candidates(slot: str) -> list[_Candidate]:
    global _snapshot, _taken_at  # noqa: PLW0603  # one snapshot per process is the design
    now = time.monotonic()
    if now - _taken_at >= _SNAPSHOT_SECONDS:
        _snapshot = _read_snapshot()
        _taken_at = now
    return _snapshot.get(slot, [])


def resolve(slot: str, *, unit: str | None = None) -> Resolved:
    """The version serving `unit` now: its pilot when the unit is in the cohort, else general use.

    Raises CapabilityOff when neither exists. A missing unit is in no cohort.
    """
    general: Resolved | None = None
    for candidate in _candidates(slot):
        if candidate.resolved.state == "general_availability":
            general = candidate.resolved
        elif unit and bucket(slot, candidate.salt, unit) < candidate.percent * 100:
            return candidate.resolved
    if general is None:
        raise CapabilityOff(slot)
    return general
