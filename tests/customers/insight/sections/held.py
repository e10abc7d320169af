"""Facts as a section gets them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from customers.insight.sections.facts import Believed, Held, Value, survivors

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def held(**values: Any) -> dict[str, Held]:
    """Facts 1, 2, 3 … in the order given; `__` stands for the dot of a key."""
    return survivors(
        Believed(number, key.replace("__", "."), value, 80, False, NOW, NOW + timedelta(days=365))
        for number, (key, value) in enumerate(values.items(), start=1)
    )


def told(values: tuple[Value, ...]) -> dict[str, Any]:
    return {value.key: value.value for value in values}
