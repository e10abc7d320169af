"""Declare what a process needs beside software: people who can, and stocks that are kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.accounts.models import User

SKILLS, INVENTORIES = "skills", "inventories"
T = TypeVar("T")

_known: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("known", default=None)


@dataclass(frozen=True, slots=True)
class Stand:
    """How a support stands: a sentence, and two words for the board where it is not enough."""

    sentence: str
    why: str = ""
    # Work stops for it; otherwise it goes on, and somebody should look.
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Support:
    """Something an app can judge at any time by the rows it owns.

    `column` is where it stands on the readiness board, `processes` are those that lean on it.
    """

    key: str
    title: str | Promise
    column: str
    processes: tuple[str, ...]
    judge: Callable[[], Stand]


_declared: dict[str, Support] = {}


def declare(support: Support) -> Support:
    if _declared.setdefault(support.key, support) is not support:
        raise ValueError(f"Support {support.key} is declared twice.")
    return support


def declared() -> tuple[Support, ...]:
    return tuple(_declared[key] for key in sorted(_declared))


@contextmanager
def judging() -> Iterator[None]:
    """Several judgements at one moment: what more than one of them asks is asked once."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def asked_once(read: Callable[[], T]) -> T:
    """What this answers; for judges that ask the same of very many rows."""
    known = _known.get()
    if known is None:
        return read()
    if read not in known:
        known[read] = read()
    found: T = known[read]
    return found


def people_with(*permissions: str, least: int = 1) -> Stand:
    """Whether enough colleagues may do a piece of work, all of these permissions in one person."""
    able = set.intersection(*(_holding(permission) for permission in permissions))
    if not able:
        return Stand(_("Nobody may do this work: give somebody the role."), _("nobody"), stops=True)
    if len(able) < least:
        sentence = _("%(n)d may do this work; it takes %(least)d.")
        return Stand(sentence % {"n": len(able), "least": least}, _("too few"), stops=True)
    if len(able) == least:
        return Stand(
            _("%(n)d may do this work: nobody is left when somebody is away.") % {"n": least},
            _("nobody to spare"),
        )
    return Stand(_("%(n)d may do this work.") % {"n": len(able)})


def _holding(permission: str) -> set[int]:
    held = User.objects.with_perm(permission, include_superusers=False)
    return set(held.filter(is_partner=False).values_list("pk", flat=True))
