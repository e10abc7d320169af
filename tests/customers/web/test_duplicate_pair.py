"""One pair side by side: chosen, merged, told apart, taken back."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from customers.models import Customer, DuplicateCase, Merge, Party
from customers.processes.deduplicate import merge_parties
from customers.processes.update_information import update_party
from tests.customers.duplicate_factories import a_pair, found_yesterday
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


def _client(role: str = "data-steward") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def _url(name: str, case: DuplicateCase) -> str:
    return reverse(f"customers:{name}", args=[case.public_id])


@pytest.mark.req("R-CIM-6")
def test_a_pair_is_merged_as_chosen_and_taken_back() -> None:
    case = a_pair()
    client = _client()

    client.post(
        _url("merge", case),
        {"main": str(case.right.public_id), "pick-language": "other", "pick-given_name": "main"},
    )
    merged = Party.objects.get(pk=case.right_id)
    merge = Merge.objects.get()
    client.post(reverse("customers:unmerge", args=[merge.public_id]))

    assert (merged.given_name, merged.language) == ("Tomas", "pl")
    merge.refresh_from_db()
    assert merge.undone_at
    assert Party.objects.get(pk=case.right_id).language == "en"
    assert Customer.objects.visible_to(SYSTEM).count() == 2


def test_the_other_record_can_be_the_main_one() -> None:
    case = a_pair()

    answer = _client().get(_url("duplicate", case), {"main": str(case.right.public_id)})

    assert answer.context["pair"].main.party == case.right


@pytest.mark.req("R-CIM-5")
def test_not_the_same_can_be_said_and_taken_back() -> None:
    case = a_pair()
    client = _client()

    client.post(_url("not_the_same", case), {"reason": "Father and son"})
    dismissed = client.get(reverse("customers:duplicates"), {"state": "dismissed"})
    client.post(_url("reopen_duplicate", case))

    assert "Father and son" in dismissed.content.decode()
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.req("R-CIM-6")
def test_the_old_address_leads_to_the_main_record() -> None:
    case = a_pair()
    main, other = (Customer.objects.get(party=party) for party in (case.left, case.right))
    merge_parties(survivor_id=case.left_id, merged_id=case.right_id, actor=SYSTEM)

    answer = _client("agent").get(reverse("customers:page", args=[other.pk]))

    assert answer["Location"] == reverse("customers:page", args=[main.pk])


@pytest.mark.req("R-CIM-6")
def test_after_an_edit_the_pair_is_judged_as_it_stands_and_says_who_edited() -> None:
    case = found_yesterday(a_pair())
    client = _client()
    update_party(
        party_id=case.right_id,
        changes={"given_name": "Agnieszka", "family_name": "Bell", "birth_date": "1951-11-23"},
        trigger="customer-notified",
        actor=SYSTEM,
    )

    page = client.get(_url("duplicate", case))

    html = page.content.decode()
    assert page.context["case"].score < 99
    assert "99 then, before an edit" in html
    given = next(one for one in page.context["pair"].fields if one.key == "given_name")
    assert given.my_source == "back-office"
    assert given.their_source.startswith("the system, ")
