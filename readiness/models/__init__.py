"""Tables of Customer Support & Readiness."""

from readiness.models.acceptance import Acceptance, OrtResult, OrtRun, Waiver
from readiness.models.capability import CapabilitySlot, CapabilityVersion
from readiness.models.introduction import Introduction, Stage
from readiness.models.process import Clause, ProcessElement

__all__ = [
    "Acceptance",
    "CapabilitySlot",
    "CapabilityVersion",
    "Clause",
    "Introduction",
    "OrtResult",
    "OrtRun",
    "ProcessElement",
    "Stage",
    "Waiver",
]
