"""The duplicates desk and the check while typing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Customer, DuplicateCase, MatchRun, Merge, Party
from customers.processes.deduplicate import find_duplicates, merge_parties
from customers.tasks import merge_sure_pairs, search_for_duplicates
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = pytest.mark.django_db


def _client(role: str = "data-steward") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def _pair(number: int = 1) -> DuplicateCase:
    """Two records of one person, and the case that says so."""
    customers = []
    for given, language in (("Tomasz", "pl"), ("Tomas", "en")):
        party = a_party(
            given_name=given, family_name="Wieczorek", birth_date=f"198{number}-05-02",
            language=language,
        )  # fmt: skip
        customers.append(a_customer(party=party, phone=f"07700 9{number}{number}671"))
    return _case(customers)


def _case(customers: list[Customer]) -> DuplicateCase:
    reasons = [
        {"key": "phone", "level": 4, "bits": 15.5},
        {"key": "given_name", "level": 3, "bits": 6.1},
        {"key": "email", "level": 1, "bits": -3.0},
    ]
    left, right = (_party(customer) for customer in customers)
    return DuplicateCase.objects.create(
        left=left, right=right, score=99, sure=True, reasons=reasons, source="run"
    )


def _party(customer: Customer) -> Party:
    assert customer.party
    return customer.party


def _url(name: str, case: DuplicateCase) -> str:
    return reverse(f"customers:{name}", args=[case.public_id])


@pytest.mark.req("R-CIM-6")
def test_pairs_wait_by_score_and_open_side_by_side() -> None:
    case = _pair()
    client = _client()

    listed = client.get(reverse("customers:duplicates")).content.decode()
    shown = client.get(_url("duplicate", case)).content.decode()

    assert "99 of 100" in listed
    assert "Tomasz" in shown
    assert "Nearly the same" in shown
    assert 'name="pick-language"' in shown
    assert "What will change" in shown


@pytest.mark.req("R-CIM-6")
def test_a_pair_is_merged_as_chosen_and_taken_back() -> None:
    case = _pair()
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
    case = _pair()

    answer = _client().get(_url("duplicate", case), {"main": str(case.right.public_id)})

    assert answer.context["pair"].main.party == case.right


@pytest.mark.req("R-CIM-5")
def test_not_the_same_can_be_said_and_taken_back() -> None:
    case = _pair()
    client = _client()

    client.post(_url("not_the_same", case), {"reason": "Father and son"})
    dismissed = client.get(reverse("customers:duplicates"), {"state": "dismissed"})
    client.post(_url("reopen_duplicate", case))

    assert "Father and son" in dismissed.content.decode()
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.req("R-CIM-6")
def test_agreed_pairs_merge_in_a_batch_and_a_group_becomes_one() -> None:
    first = _pair()
    third = a_customer(party=a_party(given_name="Tomek", family_name="Wieczorek"))
    second = DuplicateCase.objects.create(
        left=first.right, right=_party(third), score=95, sure=True, source="run"
    )
    client = _client()

    client.post(reverse("customers:merge_many"), {"case": [first.pk, second.pk]})

    assert Customer.objects.visible_to(SYSTEM).get().party_id == first.left_id
    assert set(DuplicateCase.objects.values_list("state", flat=True)) == {"merged"}


def test_every_sure_pair_merges_in_the_background() -> None:
    for number in (1, 2, 3):
        _pair(number)

    merge_sure_pairs(a_user(role="data-steward").pk)

    assert Merge.objects.count() == 3


def test_the_nightly_search_finds_pairs() -> None:
    for given in ("Tomasz", "Tomas"):
        party = a_party(given_name=given, family_name="Wieczorek", birth_date="1984-05-02")
        a_medium(party, "mobile", "07700 900671")

    search_for_duplicates()

    assert DuplicateCase.objects.get().score >= 90


def test_an_agent_has_no_business_at_the_desk() -> None:
    assert _client("agent").get(reverse("customers:duplicates")).status_code == 403


@pytest.mark.req("R-CIM-5")
def test_likely_records_show_while_somebody_types() -> None:
    case = _pair()
    find_duplicates(actor=SYSTEM)

    answer = _client("agent").post(
        reverse("customers:alike"),
        {"type": "consumer", "given_name": "Tomaz", "family_name": "Wieczorek",
         "mobile": "+44 7700 911671"},
    ).content.decode()  # fmt: skip

    assert case.left.name in answer
    assert "phone: same" in answer.casefold()


@pytest.mark.req("R-CIM-5")
def test_saving_anyway_needs_a_reason_that_is_kept() -> None:
    _pair()
    find_duplicates(actor=SYSTEM)
    client = _client("agent")
    given: dict[str, Any] = {
        "type": "consumer", "given_name": "Tomasz", "family_name": "Wieczorek",
        "birth_date": "1981-05-02", "mobile": "+44 7700 911671",
    }  # fmt: skip

    refused = client.post(reverse("customers:record"), given)
    accepted = client.post(reverse("customers:record"), given | {"not_the_same": "His twin"})

    assert refused.status_code == 422
    assert "Why this is somebody else" in refused.content.decode()
    assert accepted.status_code == 303
    assert DuplicateCase.objects.filter(note="His twin", source="entry").exists()


@pytest.mark.req("R-CIM-6")
def test_the_old_address_leads_to_the_main_record() -> None:
    case = _pair()
    main, other = (Customer.objects.get(party=party) for party in (case.left, case.right))
    merge_parties(survivor_id=case.left_id, merged_id=case.right_id, actor=SYSTEM)

    answer = _client("agent").get(reverse("customers:page", args=[other.pk]))

    assert answer["Location"] == reverse("customers:page", args=[main.pk])


@pytest.mark.parametrize(("found", "said"), [(1, "12 records, 1 new pair<"), (2, "2 new pairs<")])
def test_the_last_search_says_what_it_found(found: int, said: str) -> None:
    now = timezone.now()
    MatchRun.objects.create(
        state="done", whole=True, until=now, finished_at=now, parties=12, found=found
    )

    assert said in _client().get(reverse("customers:duplicates")).content.decode()
