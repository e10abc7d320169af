"""Conditional requests of every partner door: read only what is new, write only over what was read.

An ETag is the revision, for If-Match, and a digest of what is shown, for If-None-Match. What has
no revision of its own is told apart by its digest alone.
"""

import hashlib
from collections.abc import Mapping

from django.utils.translation import gettext as _

from crm.errors import RuleBroken

_ANY = "*"


def etag_of(revision: int | None, body: str | bytes) -> str:
    """The ETag of what is shown."""
    shown = body.encode() if isinstance(body, str) else body
    digest = hashlib.blake2b(shown, digest_size=6).hexdigest()
    return f'"{digest}"' if revision is None else f'"{revision}-{digest}"'


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the caller holds just this (If-None-Match)."""
    given = headers.get("If-None-Match")
    return given is not None and (given.strip() == _ANY or etag in _listed(given))


def require_revision(headers: Mapping[str, str], revision: int) -> None:
    """Refuse to write over a revision the caller has not seen (If-Match); ask under its lock."""
    given = headers.get("If-Match", _ANY)
    if given.strip() != _ANY and revision not in _revisions(given):
        raise _changed_meanwhile()


def require_shown(headers: Mapping[str, str], etag: str) -> None:
    """The same for what has no revision: it must still read as the caller read it."""
    given = headers.get("If-Match", _ANY)
    if given.strip() != _ANY and etag not in _listed(given):
        raise _changed_meanwhile()


def _changed_meanwhile() -> RuleBroken:
    return RuleBroken(
        "changed-meanwhile",
        _("This was changed since you read it. Read it again and repeat."),
        kind="precondition",
    )


def _listed(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header.split(",")}


def _revisions(header: str) -> set[int]:
    numbers = (one.strip('"').partition("-")[0] for one in _listed(header))
    return {int(one) for one in numbers if one.isascii() and one.isdigit()}
