"""What follows from several pairs: two records that both match a third are one person too."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

# Whoever is like so many is like anybody.
_LARGEST = 30

Pair = tuple[int, int]


def implied(matches: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Pairs that two matches with the same third record suggest, each left × size + right."""
    edges = [(int(a), int(b)) for a, b in zip(*np.divmod(matches, size), strict=True)]
    known = set(edges)
    found = {pair for pair in _through_a_third(edges) if pair not in known}
    return np.array(sorted(left * size + right for left, right in found), np.int64)


def _through_a_third(edges: list[Pair]) -> Iterator[Pair]:
    beside: dict[int, set[int]] = {}
    for one, other in edges:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    for third in beside.values():
        if 1 < len(third) <= _LARGEST:
            yield from combinations(sorted(third), 2)
