"""Offsets of a time zone as runs of constant offset, found once and kept."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from zoneinfo import TZPATH, ZoneInfo

# 388 days: one table serves a year of clocks, and a clock rarely needs two.
BLOCK: Final = 1 << 25
# No zone of the tz database changes its offset twice within three hours.
STEP: Final = 3 * 3600


def offset_at(tz: str, at: int) -> int:
    """Seconds that local time is ahead of UTC at an instant."""
    offset = datetime.fromtimestamp(at, tz=ZoneInfo(tz)).utcoffset()
    return _whole(offset)


@lru_cache(maxsize=1)
def rules_version() -> str:
    """Which edition of the rules of time zones this machine reckons by, such as 2025b."""
    for place in TZPATH:
        try:
            first = Path(place, "tzdata.zi").read_text(encoding="utf-8").partition("\n")[0]
        except OSError:
            continue
        return first.removeprefix("# version ").strip()[:10]
    try:
        return version("tzdata")[:10]
    except PackageNotFoundError:
        return "unknown"


def runs(tz: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Spans (from, to, offset) of constant offset that cover [start, end)."""
    at = start
    while at < end:
        block = at // BLOCK
        starts, offsets = _table(tz, block)
        block_end = min((block + 1) * BLOCK, end)
        index = bisect_right(starts, at) - 1
        while at < block_end:
            index += 1
            until = min(starts[index], block_end) if index < len(starts) else block_end
            yield at, until, offsets[index - 1]
            at = until


def changes(tz: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Instants in [start, end) at which the offset changes, with the change in seconds."""
    before = offset_at(tz, start - 1)
    for at, _, offset in runs(tz, start, end):
        if offset != before:
            yield at, offset - before
        before = offset


@lru_cache(maxsize=4096)
def _table(tz: str, block: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    zone = ZoneInfo(tz)
    first = block * BLOCK
    starts, offsets = [first], [_offset(zone, first)]
    for at in range(first + STEP, first + BLOCK + STEP, STEP):
        at_most = min(at, first + BLOCK - 1)
        if _offset(zone, at_most) != offsets[-1]:
            change = _change_within(zone, at_most - STEP, at_most)
            starts.append(change)
            offsets.append(_offset(zone, change))
    return tuple(starts), tuple(offsets)


def _change_within(zone: ZoneInfo, low: int, high: int) -> int:
    old = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == old:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    return _whole((_EPOCH + timedelta(seconds=at)).astimezone(zone).utcoffset())


def _whole(offset: timedelta | None) -> int:
    return 0 if offset is None else offset.days * 86_400 + offset.seconds


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
