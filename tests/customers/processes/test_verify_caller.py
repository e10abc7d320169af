"""Verify Caller."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM, Actor
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers import code_channels, masking
from customers.models import Account, CallerCheck, ContactMedium, Customer
from customers.processes.verify_caller import (
    answer_questions,
    confirm_caller_code,
    see_document,
    send_caller_code,
)
from tests.customers.factories import a_customer, a_medium, a_party, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

RIGHT = {"birth-date": "09.03.1984", "postcode": "wx4 2qt"}


def amara() -> Customer:
    party = a_party(birth_date=date(1984, 3, 9))
    customer = a_customer(party=party)
    a_medium(party, "address", "14 Harbour Row", characteristic={"postCode": "WX4 2QT"})
    Account.objects.create(customer=customer, number="BA-773 0114 9")
    return customer


def agent() -> Actor:
    return an_agent("verify_caller", "view_customer", "view_all_customers")


def asked(customer: Customer, answers: dict[str, str], actor: Actor = SYSTEM) -> CallerCheck:
    return answer_questions(customer_id=customer.pk, answers=answers, actor=actor)


def test_two_right_answers_open_the_person_to_this_agent_for_half_an_hour() -> None:
    customer, one, other = amara(), agent(), agent()

    check = asked(customer, RIGHT, one)

    assert (check.state, check.level, check.asked) == (
        "passed", 1, {"birth-date": True, "postcode": True},
    )  # fmt: skip
    assert masking.sees(one, customer.pk) is True
    assert masking.sees(other, customer.pk) is False
    assert masking.sees_billing(one, masking.caller_level(one, customer.pk)) is False
    CallerCheck.objects.update(stands_until=timezone.now() - timedelta(seconds=1))
    assert masking.sees(one, customer.pk) is False


def test_the_outcome_is_logged_and_no_answer_is_kept() -> None:
    customer = amara()

    asked(customer, RIGHT | {"account-tail": "1234"})

    check = CallerCheck.objects.get()
    assert check.state == "failed"
    assert check.asked["account-tail"] is False
    assert "1234" not in str(vars(check))
    event = OutboxEvent.objects.get(name="customer.caller_checked")
    assert event.payload["passed"] is False


def test_three_failures_lock_the_customer_for_an_hour() -> None:
    customer = amara()
    for _ in range(3):
        asked(customer, {"birth-date": "1.1.2001", "postcode": "WX4 2QT"})

    with pytest.raises(RuleBroken) as broken:
        asked(customer, RIGHT)
    assert broken.value.code == "caller-locked"

    CallerCheck.objects.update(decided_at=timezone.now() - timedelta(hours=2))
    assert asked(customer, RIGHT).state == "passed"


def test_one_answer_proves_nothing() -> None:
    with pytest.raises(RuleBroken) as broken:
        asked(amara(), {"postcode": "WX4 2QT", "birth-date": " "})

    assert broken.value.code == "too-few-answers"


def test_a_code_to_a_verified_address_opens_bill_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)
    customer, actor = amara(), agent()
    assert customer.party
    medium = a_medium(
        customer.party, "email", "amara@example.org", state="verified", verified_at=timezone.now()
    )

    send_caller_code(customer_id=customer.pk, medium_id=medium.pk, actor=actor)
    said = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert said
    with pytest.raises(RuleBroken, match="not the code"):
        confirm_caller_code(customer_id=customer.pk, code="12", actor=actor)
    confirm_caller_code(customer_id=customer.pk, code=said[0], actor=actor)

    level = masking.caller_level(actor, customer.pk)
    assert level == 2
    assert masking.sees_billing(actor, level) is True


@pytest.mark.parametrize("state", ["unverified", "unreachable"])
def test_a_code_goes_to_no_address_that_is_not_verified(state: str) -> None:
    customer = amara()
    assert customer.party
    medium = a_medium(customer.party, "email", "new@example.org", state=state)

    with pytest.raises(RuleBroken) as broken:
        send_caller_code(customer_id=customer.pk, medium_id=medium.pk, actor=SYSTEM)

    assert broken.value.code == "not-of-record"


def test_a_code_goes_to_nobody_elses_address() -> None:
    stranger = a_medium(a_party(), "email", "x@example.org")

    with pytest.raises(ContactMedium.DoesNotExist):
        send_caller_code(customer_id=amara().pk, medium_id=stranger.pk, actor=SYSTEM)


def test_a_document_seen_is_level_three_and_named() -> None:
    customer = amara()

    check = see_document(customer_id=customer.pk, reference="passport 771", actor=SYSTEM)

    assert (check.level, check.reference) == (3, "passport 771")
    with pytest.raises(RuleBroken):
        see_document(customer_id=customer.pk, reference=" ", actor=SYSTEM)


def test_without_the_right_nobody_is_asked() -> None:
    with pytest.raises(PermissionDenied):
        asked(amara(), RIGHT, an_agent("view_all_customers", "view_customer"))
