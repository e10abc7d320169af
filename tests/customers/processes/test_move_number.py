"""Move Number: seen before, whole in one go, taken back with everything it took along."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import ContactMedium, Customer, Identifier, NumberMove, Party, Product
from customers.processes.keep_contacts import change_contact_point
from customers.processes.keep_identifiers import assign_identifier
from customers.processes.move_number import move_number, plan_move, undo_move
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_party, a_team, an_agent
from tests.customers.order_factories import news

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

MAY = ("update_information", "view_customer", "view_party", "view_personal_data")

NUMBER, NETWORK = "07700 900671", "447700900671"


def somebody(name: str, **more: Any) -> Customer:
    return a_customer(party=a_party(given_name=name, family_name="Reid"), **more)


def party_of(customer: Customer) -> Party:
    assert customer.party is not None
    return customer.party


def a_subscriber(name: str = "Amara") -> Customer:
    customer = somebody(name, phone=NUMBER)
    party_of(customer).contact_media.update(preferred=True)
    Product.objects.create(customer=customer, name="Mobile M", service_number=NETWORK)
    assign_identifier(party_id=party_of(customer).pk, kind="msisdn", value=NUMBER, actor=SYSTEM)
    return customer


def moved(to: Customer, **more: Any) -> NumberMove:
    given: dict[str, Any] = {"reason": "The shop mixed up two SIM cards", "actor": SYSTEM} | more
    return move_number(customer_id=to.pk, kind="msisdn", value=NUMBER, **given)


def found(text: str = NUMBER) -> list[int]:
    return [one.customer_id for one in find_customers(SYSTEM, text, 10)]


def as_it_stands() -> list[Any]:
    """Everything that says whose number it is."""
    return [
        list(Identifier.objects.filter(valid_to=None).values_list("party", "value")),
        list(ContactMedium.objects.order_by("pk").values_list("party", "preferred", "valid_to")),
        list(Product.objects.order_by("pk").values_list("customer", "status", "valid_to")),
    ]


def test_what_would_leave_with_the_number_is_shown_before() -> None:
    old, new = a_subscriber(), somebody("Zola")
    before = as_it_stands()

    plan = plan_move(customer_id=new.pk, kind="msisdn", value=NUMBER, actor=SYSTEM)

    (held,) = plan.holders
    assert held.party == old.party
    assert [one.value for one in held.points] == [NUMBER]
    assert [one.name for one in held.products] == ["Mobile M"]
    assert as_it_stands() == before


def test_number_finds_its_new_holder_only() -> None:
    a_subscriber()
    new = somebody("Zola")

    moved(new)

    assert found() == [new.pk]


def test_taken_back_everything_stands_as_before() -> None:
    old, new = a_subscriber(), somebody("Zola")
    before = as_it_stands()
    move = moved(new, services_follow=True)
    assert as_it_stands() != before

    undone = undo_move(move_id=move.pk, reason="It was right after all", actor=SYSTEM)

    assert (undone.back, undone.kept) == (4, ())
    assert as_it_stands() == before
    assert found() == [old.pk]


def test_what_was_changed_since_stays_and_is_named() -> None:
    old, new = a_subscriber(), somebody("Zola")
    move = moved(new)
    medium = party_of(old).contact_media.get()
    change_contact_point(
        medium_id=medium.pk,
        changes={"valid_to": None},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    undone = undo_move(move_id=move.pk, reason="Wrong person", actor=SYSTEM)

    assert undone.kept == (str(medium),)
    medium.refresh_from_db()
    assert medium.preferred is False


def test_number_that_has_moved_on_is_not_taken_back_over_anybodys_head() -> None:
    a_subscriber()
    first = moved(somebody("Zola"))
    last = somebody("Yara")
    moved(last)

    with pytest.raises(RuleBroken) as refused:
        undo_move(move_id=first.pk, reason="Wrong person", actor=SYSTEM)

    assert refused.value.code == "moved-on"
    assert found() == [last.pk]


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


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("msisdn", NUMBER, "already-theirs"),
        ("msisdn", "12", "not-an-identifier"),
        ("contract", "C-1", "not-movable"),
    ],
)
def test_what_cannot_move_is_said(kind: str, value: str, code: str) -> None:
    customer = a_subscriber()

    with pytest.raises(RuleBroken) as refused:
        plan_move(customer_id=customer.pk, kind=kind, value=value, actor=SYSTEM)

    assert refused.value.code == code


def test_number_of_somebody_out_of_sight_is_not_taken() -> None:
    ours = a_team()
    a_subscriber()
    new = somebody("Zola", care_team=ours)
    actor = an_agent(*MAY, teams=(ours,))

    with pytest.raises(RuleBroken) as refused:
        moved(new, actor=actor)

    assert refused.value.code == "holder-out-of-sight"


def test_phone_of_somebody_out_of_sight_is_neither_named_nor_touched() -> None:
    ours = a_team()
    child, new = somebody("Kid", phone=NUMBER), somebody("Zola", care_team=ours)
    actor = an_agent(*MAY, teams=(ours,))

    plan = plan_move(customer_id=new.pk, kind="msisdn", value=NUMBER, actor=actor)
    moved(new, also_elsewhere=True, actor=actor)

    assert plan.elsewhere == ()
    assert party_of(child).contact_media.get().valid_to is None


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


def test_who_may_not_see_personal_data_is_not_told_who_has_a_number() -> None:
    actor = an_agent(*MAY[:-1])

    with pytest.raises(PermissionDenied):
        plan_move(customer_id=a_customer().pk, kind="msisdn", value="+447700900123", actor=actor)
