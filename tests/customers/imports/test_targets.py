"""What a person chose and what the mapping says are the same thing, both ways."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from customers.imports import targets
from customers.imports.mapping import SCHEMA, checked

LEAST: dict[str, Any] = {
    "schema": SCHEMA,
    "source": "shop",
    "customer": {"number": {"column": "id"}},
    "agreement": {"name": {"column": "plan"}},
}


@pytest.mark.parametrize("choice", targets.choices(), ids=lambda choice: choice.key)
def test_every_choice_can_be_used_and_is_recognised(choice: targets.Choice) -> None:
    mapping = deepcopy(LEAST)

    targets.put(mapping, choice.key, "x")

    assert targets.chosen(mapping, ["x"]) == {"x": choice.key}
    assert checked(mapping).columns >= {"x"}


def test_a_column_taken_out_leaves_the_rest() -> None:
    mapping: dict[str, Any] = {}
    for column in ("street", "town"):
        targets.put(mapping, "contact.address", column)
    targets.put(mapping, "fact.person.age", "age")

    targets.taken_out(mapping, "street")
    targets.taken_out(mapping, "age")

    assert mapping["contact_media"] == [{"type": "address", "value": {"columns": ["town"]}}]
    assert mapping["facts"] == []


def test_what_no_single_choice_says_stays_as_it_is() -> None:
    path = Path("customers/imports/mappings/telco_churn.json")
    mapping = json.loads(path.read_text(encoding="utf-8"))

    found = targets.chosen(mapping, ["customerID", "PhoneService", "TotalCharges", "nothing"])

    assert found["customerID"] == found["PhoneService"] == targets.AS_IT_IS
    assert found["nothing"] == targets.LEAVE_OUT
