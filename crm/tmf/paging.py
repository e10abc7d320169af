"""Offset, limit, how many there are, and the links to the other pages."""

import re
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from crm.tmf.errors import Refused

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
GREATEST = 2_147_483_647
EXACT_UP_TO = 10_000
_REMEMBER_SECONDS = 60.0
_REMEMBER_MOST = 512
_DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a result that was asked for."""

    offset: int
    limit: int


def window(reserved: Mapping[str, str]) -> Window:
    """Offset and limit; junk is 400, more than a page may hold is cut to what it may hold."""
    offset = _whole(reserved, "offset", 0)
    return Window(offset, min(_whole(reserved, "limit", DEFAULT_LIMIT), MAX_LIMIT))


def _whole(reserved: Mapping[str, str], key: str, default: int) -> int:
    raw = reserved.get(key)
    if raw is None:
        return default
    if not _DIGITS.fullmatch(raw) or int(raw) > GREATEST:
        raise Refused(
            400,
            "invalid-paging",
            _("%(key)s must be a whole number from 0 to %(most)d.")
            % {"key": key, "most": GREATEST},
        )
    return int(raw)


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are: counted up to EXACT_UP_TO, beyond it as the planner estimates."""

    number: int
    exact: bool


_beyond: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()


def remembered(key: Hashable) -> int | None:
    """The estimate for a question known to have more answers than we count."""
    found = _beyond.get(key)
    return found[1] if found and time.monotonic() - found[0] < _REMEMBER_SECONDS else None


def forget_estimates() -> None:
    """Count afresh (tests)."""
    _beyond.clear()


def estimate(key: Hashable, sql: str) -> int:
    """What the planner expects; asked once a minute for a question."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql)
        (plan,) = cursor.fetchone() or ("[]",)
    parsed = orjson.loads(plan) if isinstance(plan, str) else plan
    number = max(int(parsed[0]["Plan"]["Plan Rows"]), EXACT_UP_TO + 1)
    _beyond[key] = (time.monotonic(), number)
    while len(_beyond) > _REMEMBER_MOST:
        _beyond.popitem(last=False)
    return number


def headers(
    total: Total, shown: int, page: Window, *, address: str, pairs: list[tuple[str, str]]
) -> dict[str, str]:
    """X-Total-Count, X-Result-Count and Link (self, first, previous, next, last)."""
    links = {"self": page.offset, "first": 0}
    if page.offset:
        links["prev"] = max(page.offset - page.limit, 0)
    if page.limit and page.offset + shown < total.number:
        links["next"] = page.offset + page.limit
        if total.exact:
            links["last"] = (total.number - 1) // page.limit * page.limit

    def link(offset: int) -> str:
        return (
            f"{address}?{urlencode([*pairs, ('offset', str(offset)), ('limit', str(page.limit))])}"
        )

    return {
        "X-Total-Count": str(total.number),
        "X-Total-Count-Precision": "exact" if total.exact else "estimate",
        "X-Result-Count": str(shown),
        "Link": ", ".join(f'<{link(offset)}>; rel="{rel}"' for rel, offset in links.items()),
    }
