"""Invented orders stand in every state and could have happened."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from customers.models import Order, ReportNeed
from tests.customers.order_factories import the_table

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def generate(customers: int = 400) -> None:
    call_command("generate", customers=customers, interactions=0, seed=7, now=NOW, verbosity=0)


def test_orders_stand_in_every_state_and_say_what_is_open() -> None:
    the_table()
    generate(1200)

    assert set(Order.objects.values_list("state", flat=True)) == {
        "pending",
        "acknowledged",
        "committed",
        "completed",
        "cancelled",
    }
    under_way = Order.objects.under_way()
    assert under_way.filter(open_items=None).exists() is False
    assert under_way.filter(open_items__gt=0).exists()


def test_nothing_is_invented_in_the_future() -> None:
    generate()

    assert Order.objects.filter(completed_at__gt=NOW).exists() is False
    assert ReportNeed.objects.filter(next_until__gt=NOW.date()).exists() is False


def test_small_installation_gets_orders_too() -> None:
    generate(8)

    assert 0 < Order.objects.count() <= 8
