"""The mapping is checked before a row is read."""

import json
from pathlib import Path
from typing import Any

import pytest

from customers.imports import mapping as mappings

NUMBER: dict[str, Any] = {"number": {"column": "id"}}
ENDED = {"column": "s", "map": {"x": "terminated"}}
LEAST: dict[str, Any] = {"schema": "customer-import/1", "customer": NUMBER}


def test_the_least_mapping_names_its_columns() -> None:
    assert mappings.checked(LEAST).columns == {"id"}


@pytest.mark.parametrize("path", sorted(Path("customers/imports/mappings").glob("*.json")), ids=str)
def test_every_mapping_we_ship_can_be_used(path: Path) -> None:
    checked = mappings.checked(json.loads(path.read_text(encoding="utf-8")))

    assert checked.title
    assert "Churn" not in {one["column"] for one in checked.raw["facts"]}


@pytest.mark.parametrize(
    ("_case", "change", "sentence"),
    [
        ("no schema", {"schema": "x"}, "must be"),
        ("no number", {"customer": {}}, "customer.number"),
        ("an unknown part", {"shoes": {}}, "nobody reads"),
        ("an unknown field", {"party": {"shoe": {"column": "x"}}}, "cannot be imported"),
        ("no column", {"party": {"title": {}}}, "needs a column or a value"),
        ("an unknown type", {"party": {"title": {"column": "x", "type": "shoe"}}}, "unknown type"),
        ("an unknown status", {"customer": NUMBER | {"status": {"value": "x"}}}, "can be"),
        ("an ended status", {"customer": NUMBER | {"status": ENDED}}, "can be"),
        ("a product without a name", {"products": [{"kind": "x"}]}, "lacks something"),
        ("a list where a part is due", {"party": []}, "lacks something"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_words(
    _case: str, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(mappings.MappingWrong, match=sentence):
        mappings.checked(LEAST | change)


@pytest.mark.parametrize("junk", [None, [], "x", 7, {"schema": "customer-import/1", "customer": 5}])
def test_junk_is_refused(junk: Any) -> None:
    with pytest.raises(mappings.MappingWrong):
        mappings.checked(junk)
