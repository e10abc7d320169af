"""When invented contacts happen and how long we take: seasons, weekdays, hours, a long tail."""

import random
from bisect import bisect_right
from datetime import datetime, timedelta
from itertools import accumulate
from math import cos, pi

_DAYS = 730
# Monday is the busiest day; a contact centre sleeps at night, its letter box does not.
_WEEKDAYS = (1.3, 1.15, 1.05, 1.0, 1.0, 0.6, 0.25)
_HOURS = (1, 1, 1, 1, 1, 2, 5, 12, 30, 48, 55, 52, 44, 42, 46, 48, 47, 44, 36, 24, 14, 8, 4, 2)


class Calendar:
    """Draws moments over the last two years by season, weekday and hour."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.days = list(accumulate(self._weight(back) for back in range(1, _DAYS + 1)))
        self.hours = list(accumulate(_HOURS))

    def _weight(self, back: int) -> float:
        day = self.midnight - timedelta(days=back)
        season = 1 + 0.25 * cos(2 * pi * (day.timetuple().tm_yday - 10) / 365)
        return season * _WEEKDAYS[day.weekday()]

    def past(self, dice: random.Random) -> datetime:
        back = 1 + bisect_right(self.days, dice.random() * self.days[-1])
        hour = bisect_right(self.hours, dice.random() * self.hours[-1])
        return self.midnight - timedelta(days=back - hour / 24, seconds=-dice.randrange(3600))

    def lately(self, dice: random.Random) -> datetime:
        """Within the last three days, most of them today: what is still open."""
        return self.now - timedelta(seconds=60 + int(259_200 * dice.random() ** 2.5))


def taken(dice: random.Random, target: int) -> int:
    """Working seconds until something is done: mostly within its target, with a long tail."""
    return max(30, int(target * dice.lognormvariate(-1.25, 0.8)))
