"""Life stage from who lives there and how old they are."""

from typing import Any

import pytest

from customers.insight.governed import LIFE_STAGE
from customers.insight.sections import life_stage
from tests.customers.insight.sections.held import NOW, held, told

pytestmark = pytest.mark.req("R-BCI-9")


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({"person__senior": False, "partner": False, "dependents": False}, "single"),
        ({"person__senior": False, "partner": True, "dependents": False}, "couple"),
        ({"person__senior": False, "partner": True, "dependents": True}, "family"),
        ({"person__senior": False, "partner": False, "dependents": True}, "single-parent"),
        ({"person__senior": True, "partner": True, "dependents": False}, "later-life"),
        (
            {"person__senior": True, "partner": False, "dependents": True},
            "later-life-with-dependants",
        ),
        ({"person__age": 29, "partner": True, "dependents": False}, "starting-out"),
        ({"person__age": 30, "partner": True, "dependents": False}, "couple"),
        ({"person__age": 65, "partner": True, "dependents": False}, "later-life"),
        ({"person__age": 64, "partner": True, "dependents": False}, "couple"),
    ],
)
def test_stage(facts: dict[str, Any], stage: str) -> None:
    known = {key if "__" in key else f"household__{key}": value for key, value in facts.items()}

    (value,) = life_stage.build(held(**known), LIFE_STAGE.baseline, NOW)

    assert value.value == stage
    assert value.facts == (1, 2, 3)


def test_an_age_weighs_more_than_the_flag() -> None:
    facts = held(
        person__senior=True, person__age=40, household__partner=False, household__dependents=False
    )

    (value,) = life_stage.build(facts, LIFE_STAGE.baseline, NOW)

    assert value.value == "single"


def test_no_stage_is_guessed_without_knowing_who_lives_there() -> None:
    assert told(life_stage.build(held(person__age=70), LIFE_STAGE.baseline, NOW)) == {}


def test_every_stage_has_its_reasons() -> None:
    facts = held(person__senior=True, household__partner=True, household__dependents=False)

    (value,) = life_stage.build(facts, LIFE_STAGE.baseline, NOW)

    assert [reason.code for reason in value.reasons] == [
        "senior-flag",
        "partner-yes",
        "dependants-no",
    ]


@pytest.mark.parametrize(
    "config", [{"young_age": 70, "senior_age": 60}, {"young_age": "29", "senior_age": 65}, {}]
)
def test_ages_out_of_order_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="young_age"):
        life_stage.check(config)
