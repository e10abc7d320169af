"""How many calls a client may make in a minute, counted in Redis a handful at a time."""

import time
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from crm.tmf.errors import Refused

WINDOW = 60
_CLIENTS = 10_000


@dataclass(slots=True)
class _Allowance:
    """What this worker has taken from the client's minute and not yet used."""

    window: int = -1
    left: int = 0
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """What the caller is told about its limit."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.remaining),
            "X-Rate-Limit-Reset": str(self.reset),
        }


@dataclass(slots=True)
class Throttle:
    """A fixed window per client, shared by all workers.

    A worker takes a hundredth of the limit at a time, so that most calls ask nobody. When Redis
    does not answer, calls are let through: the limit protects us, it is not a rule.
    """

    allowances: dict[str, _Allowance] = field(default_factory=dict)

    def take(self, client: str, *, limit: int | None = None) -> Rate:
        """Count one call; raises 429 when the minute is used up."""
        limit = limit or int(settings.CRM_API_RATE_PER_MINUTE)
        now = time.time()
        window = int(now // WINDOW)
        reset = (window + 1) * WINDOW - int(now)
        mine = self.allowances.get(client)
        if mine is None or mine.window != window:
            if len(self.allowances) > _CLIENTS:
                self.allowances.clear()
            mine = self.allowances[client] = _Allowance(window=window)
        if mine.left <= 0:
            self._refill(client, mine, limit)
        if mine.left <= 0:
            rate = Rate(limit, 0, reset)
            raise Refused(
                429,
                "too-many-requests",
                _("The limit of %(limit)d calls a minute is used up.") % {"limit": limit},
                {**rate.headers(), "Retry-After": str(reset)},
            )
        mine.left -= 1
        return Rate(limit, mine.remaining + mine.left, reset)

    def _refill(self, client: str, mine: _Allowance, limit: int) -> None:
        step = max(1, limit // 100)
        key = f"tmf:rate:{client}:{mine.window}"
        try:
            cache.add(key, 0, timeout=2 * WINDOW)
            used = cache.incr(key, step)
        except Exception:  # whatever is wrong with the cache, the caller is served
            used = step
        over = max(0, used - limit)
        mine.left = max(0, step - over)
        mine.remaining = max(0, limit - used)


THROTTLE = Throttle()
