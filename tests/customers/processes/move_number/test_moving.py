"""The move itself: whole, or refused with nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Customer, Identifier, NumberMove, Product
from customers.processes.move_number import plan_move, undo_move
from tests.customers.factories import an_agent
from tests.customers.number_factories import (
    NETWORK,
    NUMBER,
    a_subscriber,
    as_it_stands,
    found,
    moved,
    party_of,
    somebody,
)
from tests.customers.order_factories import news

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_number_finds_its_new_holder_only() -> None:
    a_subscriber()
    new = somebody("Zola")

    moved(new)

    assert found() == [new.pk]


def test_services_go_along_when_somebody_says_so() -> None:
    a_subscriber()
    new = somebody("Zola")

    moved(new, services_follow=True)

    assert list(Product.objects.exclude(status="ended").values_list("customer", "name")) == [
        (new.pk, "Mobile M")
    ]


def test_number_that_only_a_service_names_moves_too() -> None:
    old, new = somebody("Amara"), somebody("Zola")
    Product.objects.create(customer=old, name="Mobile M", service_number=f"+{NETWORK}")

    move = moved(new)

    assert move.origin == old.party
    assert old.products.get().status == "ended"
    assert Identifier.objects.get().party == new.party


def test_phone_that_somebody_else_shares_stays_unless_said_otherwise() -> None:
    a_subscriber()
    child, new = somebody("Kid", phone=NUMBER), somebody("Zola")
    plan = plan_move(customer_id=new.pk, kind="msisdn", value=NUMBER, actor=SYSTEM)
    assert [one.party for one in plan.elsewhere] == [child.party]

    moved(new)
    assert party_of(child).contact_media.get().valid_to is None
    undo_move(move_id=NumberMove.objects.get().pk, reason="Again", actor=SYSTEM)
    moved(new, also_elsewhere=True)

    assert party_of(child).contact_media.get().valid_to is not None


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("say-why", {"reason": " "}),
        ("not-in-their-time", {"since": timezone.now() + timedelta(days=1)}),
        ("not-in-their-time", {"since": timezone.now() - timedelta(days=900)}),
        ("unknown-reason", {"former": "stolen"}),
        ("changed-meanwhile", {"seen": "another plan"}),
    ],
)
def test_refused_nothing_changes(code: str, more: dict[str, Any]) -> None:
    a_subscriber()
    new = somebody("Zola")
    before = as_it_stands()

    with pytest.raises(RuleBroken) as refused:
        moved(new, **more)

    assert refused.value.code == code
    assert as_it_stands() == before


def test_moving_needs_the_permission() -> None:
    a_subscriber()

    with pytest.raises(PermissionDenied):
        moved(somebody("Zola"), actor=an_agent("view_all_customers", "view_customer"))


class TestNewsOfAnOrder:
    """An order system says whose a number is; what that takes from somebody is never silent."""

    pytestmark = pytest.mark.req("R-CIM-2")

    def told(self, new: Customer) -> Any:
        product = {"id": "p-1", "name": "Mobile", "identifiers": [("msisdn", NETWORK)]}
        return news("service", hours=6000, customer={"id": new.number}, products=[product]).order

    def test_number_that_still_stood_with_another_is_a_conflict_on_the_order(self) -> None:
        old, new = a_subscriber(), somebody("Zola")
        Identifier.objects.update(valid_from=timezone.now() - timedelta(days=900))

        order = self.told(new)

        (taken,) = order.numbers_taken.all()
        assert (taken.origin, taken.target) == (old.party, new.party)
        assert old.products.get().status == "ended"
        assert found() == [new.pk]

    def test_number_that_only_a_service_names_is_one_too(self) -> None:
        old, new = somebody("Amara"), somebody("Zola")
        Product.objects.create(customer=old, name="Mobile M", service_number=NETWORK)

        order = self.told(new)

        assert order.numbers_taken.get().origin == old.party
        assert old.products.get().status == "ended"

    def test_it_is_taken_back_like_one_moved_by_hand(self) -> None:
        old, new = somebody("Amara"), somebody("Zola")
        Product.objects.create(customer=old, name="Mobile M", service_number=NETWORK)
        order = self.told(new)

        undo_move(move_id=order.numbers_taken.get().pk, reason="Typing error there", actor=SYSTEM)

        assert old.products.get().status == "active"
        assert not Identifier.objects.filter(valid_to=None, kind="msisdn").exists()

    def test_free_number_is_no_conflict(self) -> None:
        assert not self.told(somebody("Zola")).numbers_taken.exists()
