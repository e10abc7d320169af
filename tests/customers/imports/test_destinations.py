"""What a mapping says, column by column, in words."""

import pytest

from customers.imports.destinations import destinations
from customers.imports.mapping import checked
from customers.imports.shipped import shipped

pytestmark = pytest.mark.req("R-CIM-6")

MAPPING = shipped()["telco_churn"]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("customerID", "Customer number"),
        ("customerID", "Id in the source system"),
        ("gender", "Gender"),
        ("Contract", "Agreement (Month-to-month → Monthly contract"),
        ("MultipleLines", "Option of “Phone”: several lines"),
        ("OnlineBackup", "Product “Online backup”, where it says Yes"),
        ("InternetService", "Product: its name (DSL → DSL internet"),
        ("MonthlyCharges", "Monthly charge"),
        ("Churn", "Outcome for analysis: churn"),
    ],
)
def test_column_says_in_words_what_it_becomes(column: str, said: str) -> None:
    assert any(place.startswith(said) for place in destinations(MAPPING)[column])


def test_no_column_of_the_shipped_mapping_is_silent() -> None:
    assert destinations(MAPPING).keys() == checked(MAPPING).columns


def test_place_is_said_once() -> None:
    for places in destinations(MAPPING).values():
        assert len(places) == len(set(places))
