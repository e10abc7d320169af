"""How long things last when some of them still do: the estimator of Kaplan and Meier."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survival:
    """The share that still lasts after each time at which something ended, times rising."""

    n: int
    censored: int
    steps: tuple[tuple[int, float], ...]
    # The longest that anything was followed; nothing is known beyond it.
    followed: int

    def quantile(self, share: float) -> int | None:
        """The first time by which that share had ended; None if too few were seen to end."""
        # A product of fractions that comes to a half may miss it by the last bit.
        left = 1 - share + 1e-12
        return next((at for at, lasting in self.steps if lasting <= left), None)

    def lasting(self, times: Iterable[int]) -> Iterator[float]:
        """The share that still lasts at each of some rising times."""
        at, share = 0, 1.0
        for time in times:
            while at < len(self.steps) and self.steps[at][0] <= time:
                share = self.steps[at][1]
                at += 1
            yield share


def survival(ended: Mapping[int, int], lasting: Mapping[int, int]) -> Survival:
    """From how many ended after each time, and how many still lasted when last seen at each.

    What is last seen at the very time at which something ends was at risk of ending then.
    """
    at_risk = n = sum(ended.values()) + sum(lasting.values())
    share, steps = 1.0, []
    for time in sorted({*ended, *lasting}):
        if ends := ended.get(time, 0):
            share *= 1 - ends / at_risk
            steps.append((time, share))
        at_risk -= ends + lasting.get(time, 0)
    followed = max((*ended, *lasting), default=0)
    return Survival(n, sum(lasting.values()), tuple(steps), followed)
