"""What the page of a capability shows: versions, tests, signatures and differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from readiness.models import (
    Acceptance,
    AcceptanceCondition,
    CapabilitySlot,
    CapabilityVersion,
    OrtResult,
    OrtRun,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that is not as it was; None where it is not set."""

    path: str
    before: str | None
    after: str | None


def versions_of(slot: CapabilitySlot) -> QuerySet[CapabilityVersion]:
    return slot.versions.select_related("author").order_by("-number")


def versions_under_way() -> list[CapabilityVersion]:
    """Versions that wait for a next step, with their signatures, the longest waiting first."""
    states = CapabilityVersion.State
    return list(
        CapabilityVersion.objects.filter(
            state__in=[
                states.DRAFT,
                states.IN_TEST,
                states.ACCEPTED,
                states.PILOT,
                states.SUSPENDED,
            ]
        )
        .select_related("slot", "author")
        .prefetch_related("acceptances")
        .order_by("state_since")[:20]
    )


def version_shown(pk: int) -> CapabilityVersion:
    """One version with everything its page shows."""
    return CapabilityVersion.objects.select_related(
        "slot", "author", "supersedes", "introduction__owner"
    ).get(pk=pk)


def signatures_of(version: CapabilityVersion) -> list[Acceptance]:
    """Decisions on exactly what the version is now."""
    return list(
        Acceptance.objects.filter(version=version, fingerprint=version.fingerprint)
        .select_related("by")
        .prefetch_related(
            Prefetch("conditions", AcceptanceCondition.objects.order_by("due"), to_attr="owed")
        )
        .order_by("id")
    )


def latest_run(version: CapabilityVersion) -> OrtRun | None:
    return (
        OrtRun.objects.filter(version=version).select_related("started_by").order_by("-id").first()
    )


def results_of(run: OrtRun) -> list[OrtResult]:
    """What did not pass first."""
    found = run.results.select_related("waiver__approved_by")
    return sorted(found, key=lambda result: (result.outcome == "pass", result.case))


def version_compared(version: CapabilityVersion) -> CapabilityVersion | None:
    """What a version is held against: the one in general use, else the one it replaced."""
    general = version.slot.versions.filter(
        state=CapabilityVersion.State.GENERAL_AVAILABILITY
    ).first()
    return version.supersedes if general is None or general == version else general


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two sets of settings, in the order they stand."""
    places = [*before, *(place for place in after if place not in before)]
    return [
        Difference(place, _said(before.get(place)), _said(after.get(place)))
        for place in places
        if before.get(place) != after.get(place)
    ]


def _said(value: Any) -> str | None:
    return None if value is None else str(value)
