"""Facts and profiles in the admin: read, and decided only by the processes."""

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.insight.models import Fact, Outcome, Profile, Source
from customers.models import Customer
from tests.crm.administrators import a_staff_browser
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, a_source

pytestmark = pytest.mark.django_db

MODELS: list[type[Model]] = [Source, Fact, Profile, Outcome]


@pytest.fixture
def administrator() -> Client:
    return a_staff_browser(role="administrator")


def known() -> Customer:
    """A customer with a fact, a profile and an outcome."""
    customer = a_customer()
    fact = a_fact(customer, value="Priya likes cricket", state="proposed")
    Profile.objects.create(customer=customer, sections={"life": "Priya likes cricket"})
    Outcome.objects.create(customer=customer, kind="churn", happened=False, source=fact.source)
    return customer


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_page_opens(model: type[Model], administrator: Client) -> None:
    known()
    name, row = f"admin:insight_{model._meta.model_name}", model._default_manager.first()
    assert row is not None

    assert administrator.get(reverse(f"{name}_changelist")).status_code == 200
    assert administrator.get(reverse(f"{name}_changelist"), {"q": "priya"}).status_code == 200
    assert administrator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert administrator.get(reverse(f"{name}_history", args=[row.pk])).status_code == 200
    assert administrator.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_an_auditor_sees_that_it_stands_and_not_what(model: type[Model]) -> None:
    known()
    auditor, row = a_staff_browser(role="auditor"), model._default_manager.first()
    name = f"admin:insight_{model._meta.model_name}"
    assert row is not None

    pages = [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]
    shown = [auditor.get(page) for page in pages]

    assert [one.status_code for one in shown] == [200, 200]
    assert not [one for one in shown if b"Priya" in one.content or b"cricket" in one.content]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_a_longer_list_asks_no_more_questions(model: type[Model], administrator: Client) -> None:
    page = reverse(f"admin:insight_{model._meta.model_name}_changelist")
    known()
    administrator.get(page)
    with CaptureQueriesContext(connection) as short:
        administrator.get(page)
    for _ in range(3):
        known()

    with CaptureQueriesContext(connection) as long:
        administrator.get(page)

    assert len(long) == len(short)


def test_staff_without_the_permission_stay_outside() -> None:
    page = reverse("admin:insight_fact_changelist")

    assert a_staff_browser().get(page).status_code == 403


def test_rejecting_is_the_process_and_an_auditor_cannot(administrator: Client) -> None:
    fact = a_fact(a_customer(), state="proposed")
    page = reverse("admin:insight_fact_changelist")
    states = []

    for browser in (a_staff_browser(role="auditor"), administrator):
        browser.post(page, {"action": "reject", "_selected_action": [fact.pk]})
        fact.refresh_from_db()
        states.append(fact.state)

    assert states == ["proposed", "rejected"]


def test_accepting_in_the_admin_is_the_process_itself(administrator: Client) -> None:
    fact = a_fact(a_customer(), state="proposed")

    administrator.post(
        reverse("admin:insight_fact_changelist"),
        {"action": "accept", "_selected_action": [fact.pk]},
    )

    fact.refresh_from_db()
    assert fact.state == "accepted"
    assert Profile.objects.filter(customer=fact.customer_id).exists()


def test_a_fact_cannot_be_edited(administrator: Client) -> None:
    fact = a_fact(a_customer())

    answer = administrator.post(
        reverse("admin:insight_fact_change", args=[fact.pk]), {"state": "verified"}
    )

    assert answer.status_code == 403
    fact.refresh_from_db()
    assert fact.state == "accepted"


@pytest.mark.req("R-BCI-13")
def test_a_source_is_switched_off_in_the_admin(administrator: Client) -> None:
    source = a_source("partner")

    administrator.post(
        reverse("admin:insight_source_change", args=[source.pk]),
        {"key": "partner", "name": "Partner", "owner": "", "trust": "10", "basis": "contract"},
    )

    source.refresh_from_db()
    assert (source.active, source.trust) == (False, 10)
