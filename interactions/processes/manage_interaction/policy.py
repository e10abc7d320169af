"""The working policy that serves, or none of its limits where none is in use."""

from collections.abc import Mapping
from typing import Any

from interactions.governed import WORK_POLICY
from readiness.registry.resolve import CapabilityOff, resolve


def work_policy(unit: str = "") -> Mapping[str, Any]:
    try:
        return resolve(WORK_POLICY.key, unit=unit).config
    except CapabilityOff:
        return {}
