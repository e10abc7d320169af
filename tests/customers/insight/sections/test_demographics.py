"""Demographics as far as they were told."""

from typing import Any

import pytest

from customers.insight.governed import LIFE_STAGE
from customers.insight.sections import demographics
from tests.customers.insight.sections.held import NOW, held, told

pytestmark = pytest.mark.req("R-BCI-8")


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        ({"person__age": 65}, "senior"),
        ({"person__age": 29}, "young-adult"),
        ({"person__age": 45}, "adult"),
        ({"person__senior": True}, "senior"),
        ({"person__senior": False}, "below-senior"),
        ({"person__age": 45, "person__senior": True}, "adult"),
    ],
)
def test_age_group(facts: dict[str, Any], group: str) -> None:
    values = demographics.build(held(**facts), LIFE_STAGE.baseline, NOW)

    assert told(values) == {"age_group": group}


def test_what_was_told_stands_with_the_fact_it_rests_on() -> None:
    (value,) = demographics.build(held(person__gender="Female"), LIFE_STAGE.baseline, NOW)

    assert (value.value, value.facts, value.confidence) == ("Female", (1,), 80)
