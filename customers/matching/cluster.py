"""What follows from several pairs: two records that both match a third are one person too."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

# A longer chain proves nothing about its ends.
_LARGEST = 30

Pair = tuple[int, int]


def groups(pairs: Iterable[Pair]) -> list[list[int]]:
    """Records held together by pairs, each group in order."""
    leader: dict[int, int] = {}

    def find(one: int) -> int:
        while (up := leader.setdefault(one, one)) != one:
            leader[one] = one = leader.setdefault(up, up)
        return one

    for left, right in pairs:
        a, b = find(left), find(right)
        if a != b:
            leader[max(a, b)] = min(a, b)
    members: dict[int, list[int]] = {}
    for one in sorted(leader):
        members.setdefault(find(one), []).append(one)
    return list(members.values())


def implied(matches: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Pairs that two matches with the same third record suggest, each left × size + right."""
    edges = [(int(a), int(b)) for a, b in zip(*np.divmod(matches, size), strict=True)]
    known = set(edges)
    found = {pair for pair in _through_a_third(edges) if pair not in known}
    return np.array(sorted(left * size + right for left, right in found), np.int64)


def _through_a_third(edges: list[Pair]) -> Iterator[Pair]:
    for members in groups(edges):
        if not 2 < len(members) <= _LARGEST:  # noqa: PLR2004  # two have no third
            continue
        yield from ((one, other) for at, one in enumerate(members) for other in members[at + 1 :])
