"""Have, missing, stale or invalid: what is held against how fresh it must be."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.ordering.standing import Known, Standing, is_open, standing
from customers.ordering.table import Item, Needed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=91)


@pytest.mark.parametrize(
    ("_case", "known", "max_age", "expected"),
    [
        ("nothing is held", None, None, Standing("missing")),
        ("held, and age does not matter", Known(), None, Standing("have")),
        ("fresh enough", Known(OLD), 91, Standing("have", 91)),
        ("a day too old", Known(OLD), 90, Standing("stale", 91)),
        ("must be fresh and bears no date", Known(), 90, Standing("stale")),
        ("wrong, however fresh", Known(NOW, "expired"), 90, Standing("invalid", 0, "expired")),
        ("dated in the future", Known(NOW + timedelta(days=2)), 1, Standing("have", 0)),
    ],
)
def test_item_stands(
    _case: str, known: Known | None, max_age: int | None, expected: Standing
) -> None:
    assert standing(known, max_age, NOW) == expected


def test_only_what_is_mandatory_and_not_there_is_open() -> None:
    item = Item("name", "Name", "party.name", "Record")
    needed = Needed(item, True, None, ())
    wished = Needed(item, False, None, ())

    assert is_open(needed, Standing("stale"))
    assert not is_open(needed, Standing("have"))
    assert not is_open(wished, Standing("missing"))
