"""A batch of sure pairs merges what is sure today."""

import pytest

from crm.access import SYSTEM
from customers.models import Merge
from customers.processes.deduplicate import merge_agreed
from customers.processes.update_information import update_party
from tests.customers.duplicate_factories import a_pair, found_yesterday

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def test_a_pair_that_was_sure_before_an_edit_waits_for_a_person() -> None:
    case = found_yesterday(a_pair())
    update_party(
        party_id=case.right_id,
        changes={"given_name": "Agnieszka", "family_name": "Bell", "birth_date": "1951-11-23"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    batch = merge_agreed(actor=SYSTEM)

    assert (batch.merged, list(batch.left)) == (0, [case.pk])
    assert not Merge.objects.exists()
    case.refresh_from_db()
    assert (case.state, case.sure) == ("open", False)


def test_what_a_person_chose_is_merged_whatever_it_scores() -> None:
    case = a_pair()
    update_party(
        party_id=case.right_id,
        changes={"given_name": "Agnieszka"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    assert merge_agreed(case_ids=[case.pk], actor=SYSTEM).merged == 1
