"""Pairs as they stand now."""

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.processes.deduplicate import dismiss, judge_anew
from customers.processes.deduplicate.compare import compared
from customers.processes.move_number import end_row
from customers.processes.update_information import update_party
from tests.customers.duplicate_factories import a_pair

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_likely_pairs_come_with_score_and_reasons_and_others_not() -> None:
    case = a_pair()
    pair = (case.left_id, case.right_id)

    ((left, right, score, why),) = compared([pair], least=0.2)

    assert (left, right) == pair
    assert score >= 90
    assert {"phone", "family_name"} <= {one["key"] for one in why}
    assert compared([pair], least=0.999_999_999_999) == []


def test_a_pair_nobody_edited_keeps_what_it_was_found_with() -> None:
    case = a_pair()

    assert judge_anew(case).score == 99


def test_a_pair_is_judged_anew_when_a_number_moved_away() -> None:
    case = a_pair()
    phone = case.right.contact_media.get()

    end_row(phone, timezone.now(), "corrected")

    assert "phone" not in {one["key"] for one in judge_anew(case).reasons}


def test_a_decided_pair_stays_as_it_was_decided() -> None:
    case = a_pair()
    dismissed = dismiss(case_id=case.pk, reason="Cousins", actor=SYSTEM)
    update_party(
        party_id=case.right_id, changes={"given_name": "Agnieszka"}, trigger="customer-notified",
        actor=SYSTEM,
    )  # fmt: skip

    assert judge_anew(dismissed).score == 99
