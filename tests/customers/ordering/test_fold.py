"""Order events come to the same, whatever order they arrive in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.ordering.fold import CONTRACT, SERVICE, Span, Told, order_target, target

START = datetime(2026, 3, 1, tzinfo=UTC)


def told(event_id: str, hours: int, kind: str = CONTRACT, **said: Any) -> Told:
    return Told(event_id, kind, START + timedelta(hours=hours), said)


def a_product(number: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": "p-1",
        "name": "Mobile",
        "identifiers": [("msisdn", number)] if number else [],
        **more,
    }


EVENTS = [
    told(
        "a",
        1,
        customer={"fields": {"given_name": "Ann", "family_name": "Lee"}},
        agreements=[{"id": "g-1", "name": "Gold", "sla_tier": "gold"}],
        order={"lines": [{"id": "1", "offering": "mobile", "options": {"device": "none"}}]},
    ),
    told("b", 2, SERVICE, products=[a_product("447700900001")], order={"region": "GB"}),
    told("c", 3, customer={"fields": {"family_name": "Lee-Ray"}}),
    told("d", 4, SERVICE, products=[a_product("447700900002", options={"speed": "5G"})]),
    told("e", 4, agreements=[{"id": "g-1", "sla_tier": "platinum", "name": ""}]),
    told(
        "f",
        6,
        contact_media=[{"type": "email", "value": "ann@example.org", "role": ""}],
        order={"lines": [{"id": "1", "options": {"device": "credit"}}]},
    ),
]


@pytest.mark.req("R-CIM-2")
@given(st.permutations(EVENTS))
def test_arrival_changes_nothing(arrived: list[Told]) -> None:
    assert target(arrived) == target(EVENTS)
    assert order_target(arrived) == order_target(EVENTS)


def test_latest_word_of_each_attribute_stands() -> None:
    found = target(EVENTS)

    assert found.fields == {"given_name": "Ann", "family_name": "Lee-Ray"}
    assert found.agreements["g-1"] == {
        "id": "g-1",
        "name": "Gold",
        "sla_tier": "platinum",
        "told_at": START + timedelta(hours=1),
    }
    assert found.products["p-1"]["options"] == {"speed": "5G"}
    assert order_target(EVENTS).lines == [
        {"id": "1", "offering": "mobile", "name": "", "options": {"device": "credit"}}
    ]


def test_next_number_of_a_product_ends_the_one_before() -> None:
    found = target(EVENTS).identifiers

    assert found == {
        ("msisdn", "447700900001"): Span(START + timedelta(hours=2), START + timedelta(hours=4)),
        ("msisdn", "447700900002"): Span(START + timedelta(hours=4)),
    }


def test_product_taken_away_takes_its_number_along() -> None:
    gone = told("z", 9, SERVICE, products=[a_product(action="delete")])

    found = target([*EVENTS, gone])

    assert found.products["p-1"]["valid_to"] == gone.at
    assert found.identifiers["msisdn", "447700900002"].end == gone.at


def test_order_called_off_leaves_the_record_alone() -> None:
    called_off = told(
        "x", 5, customer={"fields": {"given_name": "No"}}, order={"state": "cancelled"}
    )

    assert target([called_off]).fields == {}
    assert order_target([called_off]).ended == "cancelled"


def test_a_number_moved_to_another_product_is_where_it_came_last() -> None:
    other = {"id": "p-0", "name": "Tablet"}
    before = [("msisdn", "447700900009")]
    found = target(
        [
            told("a", 1, products=[a_product("447700900001")]),
            told("b", 2, products=[{**other, "identifiers": before}]),
            told("c", 3, products=[{**other, "identifiers": [("msisdn", "447700900010")]}]),
            told("d", 4, products=[a_product("447700900009")]),
        ]
    ).identifiers

    assert found["msisdn", "447700900009"] == Span(START + timedelta(hours=4))
