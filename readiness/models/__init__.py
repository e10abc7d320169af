"""Tables of Customer Support & Readiness."""

from readiness.models.acceptance import Acceptance, AcceptanceCondition, OrtResult, OrtRun, Waiver
from readiness.models.capability import CapabilitySlot, CapabilityVersion, fingerprint_of
from readiness.models.introduction import Introduction, Stage
from readiness.models.process import Clause, ProcessElement

__all__ = [
    "Acceptance",
    "AcceptanceCondition",
    "CapabilitySlot",
    "CapabilityVersion",
    "Clause",
    "Introduction",
    "OrtResult",
    "OrtRun",
    "ProcessElement",
    "Stage",
    "Waiver",
    "fingerprint_of",
]
