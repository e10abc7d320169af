"""Work in batches for a bounded time: what is left is the next tick's."""

import time
from collections.abc import Callable

# A quarter of a task's soft limit: the last batch may take three times as long as all before it.
SECONDS = 60.0


def rounds(batch: Callable[[], int], *, seconds: float = SECONDS) -> int:
    """Repeat a batch until it finds nothing or the time is used up; the sum of what it did."""
    until = time.monotonic() + seconds
    total = 0
    while found := batch():
        total += found
        if time.monotonic() >= until:
            break
    return total
