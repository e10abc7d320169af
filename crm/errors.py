"""What a process raises when a rule forbids what was asked; each door translates it once."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

# What PostgreSQL adds to its first sentence: the row, the values, the statement with its values.
_ADDED: Final = re.compile(r"(?:\n[ |]*|\\n)(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d+): .*", re.S)
# Rolled back for the sake of others (40), a lock not had in time, a server short of something (53):
# the same work done again may well succeed.
_PASSING: Final = ("40", "55P03", "53")


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


def without_rows(problem: BaseException) -> str:
    """What went wrong, less the row that a database shows with it: it may be somebody's data."""
    told = _first_sentence(problem)
    return f"{type(problem).__name__}: {told}" if told else cut_rows(repr(problem))


def cut_rows(text: str) -> str:
    """A text less everything from the place on where a database began to show rows."""
    return _ADDED.sub("", text)


def told_without_rows(text: str, problem: BaseException) -> str:
    """A traceback of this problem in which databases say their first sentence only."""
    for one in _chain(problem):
        if told := _first_sentence(one):
            text = text.replace(str(one), told)
    # What is told in another shape, such as inside a group, is cut rather than shown.
    return cut_rows(text)


def passing(problem: BaseException) -> bool:
    """Whether a database failed for a reason that lies not in what was asked of it."""
    told = getattr(problem.__cause__, "sqlstate", None) or ""
    return str(told).startswith(_PASSING)


def _first_sentence(problem: BaseException) -> str | None:
    for one in (problem, problem.__cause__):
        if told := getattr(getattr(one, "diag", None), "message_primary", None):
            return str(told)
    return None


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    seen = set[int]()
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        yield problem
        problem = problem.__cause__ or problem.__context__
