"""What figures can be cut by, and whether a value that is asked for stands for anything."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from crm.accounts.models import Team
from customers.models import Customer
from customers.reads import segments_in_use
from interactions.governed.channels import CHANNELS
from interactions.models import Reason, SlaClock

MOST_SLICES: Final = 50
VERTICALS: Final = ("fulfilment", "assurance", "billing")
# Among so many of the last ones every name in use is found.
_LAST_CLOCKS: Final = 20_000


def promises() -> list[str]:
    """Names of the promises made lately."""
    last = SlaClock.objects.order_by("-pk").values_list("rule", flat=True)[:_LAST_CLOCKS]
    return sorted(set(last))


def segments() -> list[str]:
    """Segments that customers are in."""
    return segments_in_use()[:MOST_SLICES]


VALUES: Mapping[str, Callable[[], Iterable[Any]]] = {
    "channel": lambda: CHANNELS,
    "vertical": lambda: VERTICALS,
    "reason": lambda: Reason.objects.order_by("key").values_list("key", flat=True),
    "team": lambda: Team.objects.order_by("pk").values_list("pk", flat=True),
    "segment": segments,
    "rule": promises,
}

_THERE: Mapping[str, Callable[[Any], bool]] = {
    "channel": lambda said: said in CHANNELS,
    "vertical": lambda said: said in VERTICALS,
    "reason": lambda said: Reason.objects.filter(key=said).exists(),
    "team": lambda said: Team.objects.filter(pk=said).exists(),
    "segment": lambda said: Customer.objects.filter(segment=said).exists(),
    "rule": lambda said: said in promises(),
    "version": lambda said: SlaClock.objects.filter(capability_version=said).exists(),
}


def there(asked: Mapping[str, Any]) -> bool:
    """Whether everything it is cut by is there: what somebody made up is answered, and not kept."""
    return all(name in _THERE and _THERE[name](said) for name, said in asked.items())
