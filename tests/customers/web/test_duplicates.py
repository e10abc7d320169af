"""The duplicates desk."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Customer, DuplicateCase, MatchRun, Merge
from customers.processes.deduplicate import find_duplicates
from customers.tasks import merge_sure_pairs, search_for_duplicates
from tests.customers.duplicate_factories import a_pair, party_of
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = pytest.mark.django_db


def _client(role: str = "data-steward") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def _url(name: str, case: DuplicateCase) -> str:
    return reverse(f"customers:{name}", args=[case.public_id])


@pytest.mark.req("R-CIM-6")
def test_pairs_wait_by_score_and_open_side_by_side() -> None:
    case = a_pair()
    client = _client()

    listed = client.get(reverse("customers:duplicates")).content.decode()
    shown = client.get(_url("duplicate", case)).content.decode()

    assert "99 of 100" in listed
    assert "Tomasz" in shown
    assert "Nearly the same" in shown
    assert 'name="pick-language"' in shown
    assert "What will change" in shown


@pytest.mark.req("R-CIM-6")
def test_agreed_pairs_merge_in_a_batch_and_a_group_becomes_one() -> None:
    first = a_pair()
    third = a_customer(party=a_party(given_name="Tomek", family_name="Wieczorek"))
    second = DuplicateCase.objects.create(
        left=first.right, right=party_of(third), score=95, sure=True, source="run"
    )
    client = _client()

    client.post(reverse("customers:merge_many"), {"case": [first.pk, second.pk]})

    assert Customer.objects.visible_to(SYSTEM).get().party_id == first.left_id
    assert set(DuplicateCase.objects.values_list("state", flat=True)) == {"merged"}


def test_every_sure_pair_merges_in_the_background() -> None:
    for number in (1, 2, 3):
        a_pair(number)

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
def test_saving_anyway_needs_a_reason_that_is_kept() -> None:
    a_pair()
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


@pytest.mark.parametrize(("found", "said"), [(1, "12 records, 1 new pair<"), (2, "2 new pairs<")])
def test_the_last_search_says_what_it_found(found: int, said: str) -> None:
    now = timezone.now()
    MatchRun.objects.create(
        state="done", whole=True, until=now, finished_at=now, parties=12, found=found
    )

    assert said in _client().get(reverse("customers:duplicates")).content.decode()
