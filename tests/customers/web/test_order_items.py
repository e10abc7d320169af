"""Items of an order in words."""

import pytest

from customers.ordering.standing import Standing
from customers.web.order_items import word_of

pytestmark = pytest.mark.req("R-CIM-20")


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing("stale", days=900), "Too old"),
        (Standing("stale"), "Undated"),
        (Standing("missing"), "Missing"),
    ],
)
def test_what_has_no_date_is_not_called_too_old(standing: Standing, word: str) -> None:
    assert word_of(standing) == word
