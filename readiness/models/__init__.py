"""Tables of Customer Support & Readiness."""

from readiness.models.acceptance import Acceptance, AcceptanceCondition, OrtResult, OrtRun, Waiver
from readiness.models.acknowledgement import Acknowledgement
from readiness.models.capability import CapabilitySlot, CapabilityVersion, fingerprint_of
from readiness.models.introduction import Introduction, Stage
from readiness.models.procedure import (
    ArticleText,
    GuidanceUse,
    KnowledgeArticle,
    Procedure,
    ProcedureVersion,
)
from readiness.models.process import Clause, ProcessElement

__all__ = [
    "Acceptance",
    "AcceptanceCondition",
    "Acknowledgement",
    "ArticleText",
    "CapabilitySlot",
    "CapabilityVersion",
    "Clause",
    "GuidanceUse",
    "Introduction",
    "KnowledgeArticle",
    "OrtResult",
    "OrtRun",
    "Procedure",
    "ProcedureVersion",
    "ProcessElement",
    "Stage",
    "Waiver",
    "fingerprint_of",
]
