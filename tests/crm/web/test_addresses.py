"""Addresses of many rows are those that `reverse` would say."""

from uuid import UUID, uuid4

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from crm.web.addresses import address_of


@pytest.mark.parametrize("key", [1, 90_071])
def test_a_page_named_by_a_number_has_its_own_address(key: int) -> None:
    assert address_of("customers:page", key) == reverse("customers:page", args=[key])


@pytest.mark.parametrize("key", [uuid4(), UUID(int=0)])
def test_a_page_named_by_an_id_has_its_own_address(key: UUID) -> None:
    assert address_of("interactions:page", key) == reverse("interactions:page", args=[key])


def test_behind_a_prefix_the_address_begins_with_it() -> None:
    address_of("customers:page", 7)
    set_script_prefix("/crm/")
    try:
        assert address_of("customers:page", 7) == "/crm/customers/7/"
    finally:
        set_script_prefix("/")


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        address_of("customers:nowhere", 7)
