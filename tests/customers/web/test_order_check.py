"""What an order would need, on screen."""

import re

import pytest
from django.test import Client

from tests.crm.web.test_pseudo_locale import pseudo, untranslated  # noqa: F401  # a fixture
from tests.customers.factories import a_customer, a_user
from tests.customers.order_factories import the_table

pytestmark = pytest.mark.django_db


def browser(role: str = "agent") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def items(html: str) -> list[str]:
    return re.findall(r'<li id="item-(\w+)"', html.partition('id="completion"')[0])


@pytest.mark.req("R-CIM-21")
def test_before_there_is_an_order_the_list_follows_the_options_too() -> None:
    the_table()
    customer, client = a_customer(), browser()
    address = f"/customers/{customer.pk}/order-information?offering=fibre-900"

    before = items(client.get(address).content.decode())
    after = items(client.get(f"{address}&o:1:static_ip=yes").content.decode())

    assert set(after) - set(before) == {"technical_contact"}
