"""Build Customer Insight: fold what is held of a customer into a profile that says why."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.access import Actor, require
from customers.insight import governed, reads
from customers.insight.models import Profile
from customers.insight.reads import Inputs
from customers.insight.sections import confidence, demographics, household, life_stage, usage
from customers.insight.sections.facts import survivors
from customers.models import Customer
from readiness.registry.resolve import CapabilityOff, Resolved, resolve

ETOM = "1.3.4.1.1"

SECTIONS = {
    "usage": (governed.USAGE, usage.build),
    "demographics": (governed.LIFE_STAGE, demographics.build),
    "life_stage": (governed.LIFE_STAGE, life_stage.build),
    "household": (governed.LIFE_STAGE, household.build),
}


@transaction.atomic
def build_profile(*, customer_id: int, actor: Actor) -> Profile:
    """Rebuild one profile from its facts; the same facts and versions give the same profile."""
    require(actor, "insight.build_profile")
    # Of two at once the later one reads what the earlier one was about: no answer is overwritten
    # by an older one, a withdrawn consent least of all.
    Customer.objects.lock(customer_id)
    now = timezone.now()
    (inputs,) = reads.profile_inputs([customer_id])
    fresh = _fold(inputs, now)
    profile, _made = Profile.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            name: getattr(fresh, name)
            for name in ("sections", "confidence", "confidence_parts", "inputs_hash", "computed_at")
        },
    )
    return profile


def build_profiles(*, customer_ids: Iterable[int], actor: Actor) -> int:
    """Rebuild many profiles with one read and one write for all of them."""
    require(actor, "insight.build_profile")
    now = timezone.now()
    profiles = [_fold(inputs, now) for inputs in reads.profile_inputs(list(customer_ids))]
    fields = ["sections", "confidence", "confidence_parts", "inputs_hash", "computed_at"]
    with transaction.atomic():
        Profile.objects.bulk_create(
            profiles, update_conflicts=True, unique_fields=["customer"], update_fields=fields
        )
    return len(profiles)


def _fold(inputs: Inputs, now: datetime) -> Profile:
    # What no consent covers is kept, but nothing is derived from it.
    held = survivors(fact for fact in inputs.facts if fact.purpose in inputs.covered)
    unit = str(inputs.customer_id)
    versions: dict[str, Resolved] = {}
    sections: dict[str, Any] = {}
    for name, (slot, build) in SECTIONS.items():
        version = versions.get(slot.key) or _version(slot.key, unit)
        if version is None:
            continue
        versions[slot.key] = version
        sections[name] = [value.plain() for value in build(held, version.config, now)]
    trust = _confidence(inputs, versions, unit, now)
    return Profile(
        customer_id=inputs.customer_id,
        sections=sections,
        confidence=trust.score if trust else 0,
        confidence_parts={part.name: part.plain() for part in trust.parts} if trust else {},
        inputs_hash=_fingerprint(inputs, versions),
        computed_at=now,
    )


def _version(slot: str, unit: str) -> Resolved | None:
    try:
        return resolve(slot, unit=unit)
    except CapabilityOff:
        # Without an accepted version this part is off and stays empty; facts are kept either way.
        return None


def _confidence(
    inputs: Inputs, versions: dict[str, Resolved], unit: str, now: datetime
) -> confidence.Confidence | None:
    version = _version(governed.CONFIDENCE.key, unit)
    if version is None:
        return None
    versions[governed.CONFIDENCE.key] = version
    return confidence.score(
        inputs.facts,
        customer_type=inputs.customer_type,
        covered=inputs.covered,
        config=version.config,
        now=now,
    )


def _fingerprint(inputs: Inputs, versions: Mapping[str, Resolved]) -> str:
    said = [
        [(fact.id, fact.key, fact.value, fact.verified, fact.trust) for fact in inputs.facts],
        sorted(inputs.covered),
        sorted((slot, version.version_id) for slot, version in versions.items()),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
