"""The household as far as it was told."""

import pytest

from customers.insight.governed import LIFE_STAGE
from customers.insight.sections import household
from tests.customers.insight.sections.held import NOW, held, told

pytestmark = pytest.mark.req("R-BCI-10")


@pytest.mark.parametrize(
    ("partner", "dependents", "form", "least"),
    [
        (True, True, "couple-with-dependants", 3),
        (True, False, "couple", 2),
        (False, True, "one-adult-with-dependants", 2),
        (False, False, "one-adult", 1),
    ],
)
def test_form_and_least_size(partner: bool, dependents: bool, form: str, least: int) -> None:
    facts = held(household__partner=partner, household__dependents=dependents)

    values = told(household.build(facts, LIFE_STAGE.baseline, NOW))

    assert values == {"form": form, "size": {"at_least": least}}


def test_children_count_one_by_one() -> None:
    facts = held(household__partner=True, household__dependents=True, household__children=3)

    assert told(household.build(facts, LIFE_STAGE.baseline, NOW))["size"] == {"at_least": 5}


def test_what_was_told_of_the_size_is_not_counted_again() -> None:
    facts = held(household__partner=True, household__dependents=True, household__size=6)

    assert told(household.build(facts, LIFE_STAGE.baseline, NOW))["size"] == {"at_least": 6}
