"""What a move would do is seen before."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.processes.move_number import plan_move
from tests.customers.factories import a_customer, a_team, an_agent
from tests.customers.number_factories import (
    NUMBER,
    a_subscriber,
    as_it_stands,
    moved,
    party_of,
    somebody,
)

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]

MAY = ("update_information", "view_customer", "view_party", "view_personal_data")


def test_what_would_leave_with_the_number_is_shown_before() -> None:
    old, new = a_subscriber(), somebody("Zola")
    before = as_it_stands()

    plan = plan_move(customer_id=new.pk, kind="msisdn", value=NUMBER, actor=SYSTEM)

    (held,) = plan.holders
    assert held.party == old.party
    assert [one.value for one in held.points] == [NUMBER]
    assert [one.name for one in held.products] == ["Mobile M"]
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


def test_who_may_not_see_personal_data_is_not_told_who_has_a_number() -> None:
    actor = an_agent(*MAY[:-1])

    with pytest.raises(PermissionDenied):
        plan_move(customer_id=a_customer().pk, kind="msisdn", value="+447700900123", actor=actor)
