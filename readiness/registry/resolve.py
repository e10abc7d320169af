"""Which accepted version serves this unit now: asked by every governed behaviour at run time."""

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import InterfaceError, OperationalError
from django.db.models import OuterRef, Subquery

PILOT, GENERAL = "pilot", "general_availability"
_log = logging.getLogger(__name__)


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
    version_model = apps.get_model("readiness", "CapabilityVersion")
    stages = apps.get_model("readiness", "Stage")._default_manager
    share_now = stages.filter(
        introduction__version_id=OuterRef("pk"), entered_at__isnull=False, exited_at=None
    ).values("percent")
    rows = (
        version_model._default_manager.filter(state__in=[PILOT, GENERAL])
        .annotate(share=Subquery(share_now[:1]))
        .select_related("slot")
        .order_by("slot_id", "number")
    )
    found: dict[str, list[_Candidate]] = {}
    for row in rows:
        resolved = Resolved(
            version_id=row.pk,
            slot=row.slot.key,
            number=row.number,
            state=row.state,
            config=row.config,
            fingerprint=row.fingerprint,
        )
        percent = 100.0 if row.state == GENERAL else float(vars(row)["share"] or 0)
        found.setdefault(row.slot.key, []).append(_Candidate(resolved, row.salt, percent))
    return found


_frozen: dict[int, Resolved] = {}


def forget_snapshot() -> None:
    """Read afresh at the next question: after a transition, and between tests."""
    global _taken_at  # noqa: PLW0603  # one snapshot per process is the design
    _taken_at = -_SNAPSHOT_SECONDS
    _frozen.clear()


_afresh: ContextVar[bool] = ContextVar("read_afresh", default=False)


@contextmanager
def read_afresh() -> Iterator[None]:
    """Within the block, this thread sees its own transaction's register and no snapshot."""
    token = _afresh.set(True)
    try:
        yield
    finally:
        _afresh.reset(token)


def _candidates(slot: str) -> list[_Candidate]:
    if _afresh.get():
        return _read_snapshot().get(slot, [])
    global _snapshot, _taken_at  # noqa: PLW0603  # one snapshot per process is the design
    now = time.monotonic()
    if now - _taken_at >= _SNAPSHOT_SECONDS:
        try:
            _snapshot = _read_snapshot()
        except (InterfaceError, OperationalError):
            # The last good answer is better than none; asked again after the same five seconds.
            _log.warning(
                "The register of capabilities is out of reach; the last snapshot serves on"
            )
        _taken_at = now
    return _snapshot.get(slot, [])


def unit_of(kind: str, subject: object) -> str:
    """How a unit is written for the cohort: "customer:1042"."""
    return f"{kind}:{subject}"


def resolve(slot: str, *, unit: str | None = None) -> Resolved:
    """The version serving `unit` now: its pilot when the unit is in the cohort, else general use.

    Raises CapabilityOff when neither exists. A missing unit is in no cohort.
    """
    general: Resolved | None = None
    for candidate in _candidates(slot):
        if candidate.resolved.state == GENERAL:
            general = candidate.resolved
        elif unit and bucket(slot, candidate.salt, unit) < candidate.percent * 100:
            return candidate.resolved
    if general is None:
        raise CapabilityOff(slot)
    return general


def configuration(version_id: int) -> Resolved:
    """One version by its id, whatever its state now: for work that was started under it."""
    kept = _frozen.get(version_id)
    if kept is None:
        version = (
            apps.get_model("readiness", "CapabilityVersion")
            ._default_manager.select_related("slot")
            .get(pk=version_id)
        )
        kept = Resolved(
            version_id=version.pk,
            slot=version.slot.key,
            number=version.number,
            state=version.state,
            config=version.config,
            fingerprint=version.fingerprint,
        )
        if version.state not in {"draft", "in_test"}:
            _frozen[version_id] = kept
    return kept
