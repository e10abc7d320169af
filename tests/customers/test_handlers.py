"""A file that came in is searched for duplicates at once, by a nudge that may be lost."""

from typing import Any

import pytest
from celery import current_app
from celery.exceptions import OperationalError
from django.test import Client
from django.urls import reverse

from crm.access import SYSTEM
from crm.events.catalogue import CustomersImported
from crm.schedule import SCHEDULE
from customers.handlers import search_the_file_for_duplicates
from customers.models import DuplicateCase, ImportRun, MatchRun
from customers.processes.deduplicate import find_duplicates, search_is_due
from customers.tasks import take_up_search
from tests.customers.factories import a_customer, a_party, a_user
from tests.customers.processes.import_customers.test_take_in import ROWS, imported

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def heard(run: ImportRun) -> None:
    search_the_file_for_duplicates(CustomersImported(run_id=run.pk), 1)


def test_people_of_a_file_are_compared_with_those_who_were_here() -> None:
    here = a_customer(party=a_party(given_name="Zoë", family_name=""), phone="07700 900123")
    find_duplicates(actor=SYSTEM)
    imported(*ROWS)
    assert search_is_due()

    take_up_search()

    case = DuplicateCase.objects.get()
    assert here.party in {case.left, case.right}
    assert not search_is_due()


def test_import_that_is_in_nudges_a_worker(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_more: sent.append(name))
    run = imported(*ROWS)

    with django_capture_on_commit_callbacks(execute=True):
        heard(run)

    assert sent == [take_up_search.name]
    assert take_up_search.name in {job["task"] for job in SCHEDULE.values()}


def test_broker_that_is_away_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(_name: str, **_more: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(current_app, "send_task", away)
    run = imported(*ROWS)

    with django_capture_on_commit_callbacks(execute=True):
        heard(run)

    assert search_is_due()


def test_search_that_stopped_is_due_again() -> None:
    find_duplicates(actor=SYSTEM)
    assert not search_is_due()

    MatchRun.objects.update(state=MatchRun.State.RUNNING)

    assert search_is_due()


def test_import_says_which_pairs_it_brought() -> None:
    a_customer(party=a_party(given_name="Zoë", family_name=""), phone="07700 900123")
    run = imported(*ROWS)
    client = Client()
    client.force_login(a_user(role="data-steward"))
    page = reverse("customers:import", args=[run.public_id])
    before = client.get(page).content.decode()

    take_up_search()

    assert "being compared" in before
    assert "1 likely duplicate" in client.get(page).content.decode()
