"""Attributes an installation defined."""

from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.attributes import checked, typed
from customers.models import AttributeDefinition
from customers.processes.record_customer import record_customer
from customers.processes.update_information import update_customer
from tests.customers.factories import a_customer, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def defined(key: str, value_type: str, **more: Any) -> AttributeDefinition:
    return AttributeDefinition.objects.create(
        key=key, label=key.title(), value_type=value_type, **more
    )


@pytest.mark.parametrize(
    ("value_type", "more", "raw", "value"),
    [
        ("text", {"pattern": "[A-Z]{2}"}, "GB ", "GB"),
        ("number", {"least": 0}, "1.5", 1.5),
        ("whole", {"most": 10}, "7", 7),
        ("date", {}, "2026-11-19T10:00:00Z", "2026-11-19"),
        ("flag", {}, "true", True),
        ("flag", {}, False, False),
        ("choice", {"choices": ["red", "blue"]}, "red", "red"),
    ],
)
def test_a_value_is_kept_in_its_type(
    value_type: str, more: dict[str, Any], raw: Any, value: Any
) -> None:
    assert typed(defined("x", value_type, **more), raw) == value


@pytest.mark.parametrize(
    ("value_type", "more", "raw"),
    [
        ("text", {"pattern": "[A-Z]{2}"}, "gb"),
        ("number", {}, "many"),
        ("number", {}, "NaN"),
        ("number", {}, True),
        ("number", {"least": 0}, -1),
        ("whole", {}, 1.5),
        ("whole", {"most": 10}, 11),
        ("date", {}, "tomorrow"),
        ("flag", {}, "perhaps"),
        ("flag", {}, []),
        ("choice", {"choices": ["red"]}, "green"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field(
    value_type: str, more: dict[str, Any], raw: Any
) -> None:
    with pytest.raises(RuleBroken) as broken:
        typed(defined("x", value_type, **more), raw)

    assert (broken.value.field, broken.value.kind) == ("attribute_x", "invalid")


@pytest.mark.parametrize(
    ("limit", "raw", "said"),
    [
        ({"most": 9}, 12, "X must be at most 9."),
        ({"most": 100}, 101, "X must be at most 100."),
        ({"least": "0.5"}, 0, "X must be at least 0.5."),
    ],
)
def test_a_limit_is_named_without_the_zeros_of_its_column(
    limit: dict[str, Any], raw: Any, said: str
) -> None:
    definition = defined("x", "number", **limit)
    definition.refresh_from_db()

    with pytest.raises(RuleBroken) as broken:
        typed(definition, raw)

    assert broken.value.message == said


def test_a_required_one_is_asked_of_its_type_of_customer_only() -> None:
    defined("sites", "whole", required=True, customer_type="business")

    assert checked("consumer", []) == []
    with pytest.raises(RuleBroken, match="Sites is required"):
        checked("business", [])


def test_a_retired_one_keeps_its_values_and_takes_no_new_ones() -> None:
    defined("fax", "text", required=True, retired_at=timezone.now())
    stands = [{"name": "fax", "value": "7"}]

    assert checked("consumer", stands, stands) == stands
    with pytest.raises(RuleBroken, match="retired"):
        checked("consumer", [{"name": "fax", "value": "8"}], stands)


def test_what_nobody_defined_is_kept_as_given() -> None:
    given = [{"name": "tier", "value": {"level": 3}, "valueType": "object"}]

    assert checked("consumer", given) == given


def test_processes_check_them_whoever_calls() -> None:
    defined("points", "whole")
    customer = a_customer()
    wrong = {"characteristics": [{"name": "points", "value": "many"}]}

    with pytest.raises(RuleBroken):
        update_customer(
            customer_id=customer.pk, changes=wrong, trigger="other-process", actor=SYSTEM
        )
    with pytest.raises(RuleBroken):
        record_customer(name="Zola", party_id=a_party().pk, fields=wrong, actor=SYSTEM)
