"""What a process raises when a rule forbids what was asked; each door translates it once."""

from collections.abc import Mapping
from typing import Any


class RuleBroken(Exception):
    """A rule of the business forbids this now.

    `code` is stable and machine-readable ("already-closed"); `message` is a sentence for the
    person who asked: what happened, what was kept, what to do. `field` names the input it
    belongs beside; `details` carries plain values a caller may want (open items, candidates).
    `kind` chooses the answer of the API: "conflict" 409, "invalid" 422, "precondition" 412,
    "input" 400.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str = "",
        kind: str = "conflict",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.kind = kind
        self.details = dict(details or {})


def without_rows(problem: Exception) -> str:
    """What went wrong, less the row that a database shows with it: it may be somebody's data."""
    told = getattr(getattr(problem.__cause__, "diag", None), "message_primary", None)
    return f"{type(problem).__name__}: {told}" if told else repr(problem)
