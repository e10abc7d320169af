"""What the page of a capability shows: versions, tests, signatures and differences."""

from collections.abc import Callable, Iterator, Mapping
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


def differences(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    written: Callable[[str, Any], str] = lambda path, value: str(value),
) -> list[Difference]:
    """What a configuration changes, setting by setting; `written` words one value."""
    old = {shown: written(path, value) for path, shown, value in _leaves(before)}
    new = {shown: written(path, value) for path, shown, value in _leaves(after)}
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Difference(path, old.get(path), new.get(path))
        for path in paths
        if old.get(path) != new.get(path)
    ]


def _leaves(value: Any, path: str = "", shown: str = "") -> Iterator[tuple[str, str, Any]]:
    """(path by position, path by name, value) of every setting."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(
                inner,
                f"{path}.{key}" if path else str(key),
                f"{shown} › {key}" if shown else str(key),
            )
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, inner in enumerate(value):
            # A rule is known by its name wherever it stands.
            known_by = inner.get("name", number + 1) if isinstance(inner, Mapping) else number + 1
            yield from _leaves(inner, f"{path}.{number}", f"{shown} “{known_by}”")
    else:
        yield path, shown, ", ".join(map(str, value)) if isinstance(value, list) else value
