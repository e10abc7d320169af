"""The archive on screen: found by customer, reference and period, and brought back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import User
from crm.audit.models import Access
from customers.models import ArchivedRecord
from customers.processes.archive_information import run
from interactions.models import Interaction
from tests.architecture.growth import assert_steady
from tests.customers.archive.factories import a_closed_interaction, a_retention_policy
from tests.customers.factories import a_customer, a_party, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _archived(tmp_path: Path, settings: Any) -> None:
    settings.STORAGE_DIR = tmp_path
    version = a_retention_policy()
    for name, days in (("Amara", 150), ("Derek", 250)):
        customer = a_customer(party=a_party(given_name=name), number=f"C-{days}")
        closed = timezone.now() - timedelta(days=days)
        a_closed_interaction(customer, closed, version, subject=f"{name} cannot connect")
    run(data_class="interaction", actor=SYSTEM)


def a_browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def officer() -> Client:
    return a_browser(a_user(role="privacy-officer"))


def search(**asked: str) -> str:
    return officer().get(reverse("customers:archive"), asked).content.decode()


@pytest.mark.req("R-CIM-14")
@pytest.mark.parametrize("by", ["number", "name", "reference", "public id", "period"])
def test_found(by: str) -> None:
    record = ArchivedRecord.objects.get(label="Amara cannot connect")
    asked = {
        "number": {"customer": "c-150"},
        "name": {"customer": "amara"},
        "reference": {"reference": f"INT-{record.source_id:,}".replace(",", " ")},
        "public id": {"reference": str(record.public_id)},
        "period": {"since": (timezone.now() - timedelta(days=200)).date().isoformat()},
    }[by]

    html = search(**asked)

    assert "Amara cannot connect" in html
    assert "Derek cannot connect" not in html
    assert Access.objects.filter(subject="archive", subject_ids=[record.pk]).exists()


def test_nothing_found_says_so_and_offers_to_clear() -> None:
    assert "No archived record fits." in search(customer="Nobody")


@pytest.mark.req("R-CIM-14")
def test_brought_back_with_one_button() -> None:
    record = ArchivedRecord.objects.get(label="Amara cannot connect")

    answer = officer().post(reverse("customers:restore_archived", args=[record.pk]), follow=True)

    assert Interaction.objects.get().subject == "Amara cannot connect"
    assert "is back, exactly as it was" in answer.content.decode()
    assert "Back since" in answer.content.decode()


def test_the_page_says_what_would_go_tonight_and_what_went() -> None:
    html = search()

    assert "Would go tonight" in html
    assert "policy version 1, 0 held back" in html


def test_an_auditor_sees_that_records_stand_but_not_their_words() -> None:
    html = a_browser(a_user(role="auditor")).get(reverse("customers:archive")).content.decode()

    assert "cannot connect" not in html
    assert "Hidden from your role" in html
    assert "Bring back" not in html


def test_whoever_may_not_search_the_archive_is_refused() -> None:
    record = ArchivedRecord.objects.first()
    assert record is not None
    agent = a_browser(a_user(role="agent"))

    assert agent.get(reverse("customers:archive")).status_code == 403
    where = reverse("customers:restore_archived", args=[record.pk])
    assert agent.post(where).status_code == 403
    assert Client().get(reverse("customers:archive")).status_code == 302


def test_the_page_costs_the_same_however_many_records(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    client = officer()

    with django_assert_max_num_queries(22):  # type: ignore[operator]  # a fixture of pytest-django
        client.get(reverse("customers:archive"))


def test_archive_is_steady_in_records() -> None:
    def more() -> None:
        version = a_retention_policy()
        for number in range(5):
            customer = a_customer(party=a_party(given_name=f"More {number}"))
            closed = timezone.now() - timedelta(days=300)
            a_closed_interaction(customer, closed, version)
        run(data_class="interaction", actor=SYSTEM)

    assert_steady(officer(), reverse("customers:archive"), more)
