"""The profile on screen: each value answers why, each fact answers who said so."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import User
from crm.audit.models import Access
from crm.ids import new_id
from customers.insight.models import Fact
from customers.insight.processes.build_insight import build_profile
from customers.models import Consent, Customer
from tests.architecture.growth import assert_steady
from tests.customers.factories import a_customer, a_user
from tests.customers.insight.factories import a_fact, baselines_in_use

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "learned"}


def a_browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agent() -> Client:
    return a_browser(a_user(role="agent"))


@pytest.fixture
def family() -> Customer:
    baselines_in_use("insight.")
    customer = a_customer()
    a_fact(customer, "person.senior", False)
    a_fact(customer, "household.partner", True)
    a_fact(customer, "household.dependents", True)
    build_profile(customer_id=customer.pk, actor=SYSTEM)
    return customer


@pytest.mark.req("R-BCI-9")
@pytest.mark.req("R-BCI-10")
def test_panel_says_why_each_value_is_believed(agent: Client, family: Customer) -> None:
    answer = agent.get(reverse("insight:panel", args=[family.pk]), headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert "Family" in html
    assert "Has dependants." in html
    assert "Learnt in a contact" in html
    assert Access.objects.filter(subject="profile", subject_ids=[family.pk]).exists()


@pytest.mark.req("R-BCI-4")
def test_trust_names_its_parts_and_what_would_raise_them(agent: Client, family: Customer) -> None:
    html = agent.get(reverse("insight:trust", args=[family.pk])).content.decode()

    assert "No conflicts" in html
    assert "Have verified: " in html


@pytest.mark.req("R-BCI-1")
def test_every_fact_answers_who_when_on_what_basis_and_until_when(
    agent: Client, family: Customer
) -> None:
    contact = new_id()
    a_fact(family, "preference.channel", "sms", interaction=contact, recorded_by="ellie")

    html = agent.get(reverse("insight:facts", args=[family.pk])).content.decode()

    for said in ("Learnt in a contact", "ellie", str(contact), "Contract", "service"):
        assert said in html


@pytest.mark.req("R-BCI-6")
def test_a_fact_is_proposed_and_accepted_beside_the_conversation(
    agent: Client, family: Customer
) -> None:
    contact = new_id()
    where = reverse("insight:learned", args=[family.pk, contact])

    added = agent.post(where, {"key": "household.moving", "value": "yes"}, headers=HTMX)
    fact = Fact.objects.get(interaction=contact)
    accepted = agent.post(reverse("insight:accept", args=[fact.pk]), headers=HTMX)

    assert b"Is moving house" in added.content
    assert accepted.status_code == 200
    assert b'id="learned"' in accepted.content
    fact.refresh_from_db()
    assert (fact.state, fact.value) == ("accepted", True)


def test_a_value_that_does_not_fit_is_told_beside_its_field(
    agent: Client, family: Customer
) -> None:
    where = reverse("insight:learned", args=[family.pk, new_id()])

    answer = agent.post(where, {"key": "person.age", "value": "old"}, headers=HTMX)

    assert answer.status_code == 422
    assert "“old” does not fit “Age”." in answer.content.decode()


def test_a_consent_is_recorded_with_the_contact_it_was_given_in(
    agent: Client, family: Customer
) -> None:
    from customers.consent_catalogue import load_consent_catalogue

    load_consent_catalogue()
    contact = new_id()

    answer = agent.post(
        reverse("insight:consents", args=[family.pk]),
        {
            "purpose": "marketing",
            "channel": "sms",
            "given": "no",
            "wording": "No texts, please",
            "contact": str(contact),
        },
        headers={"HX-Request": "true"},
    )

    consent = Consent.objects.get()
    assert (consent.channel, consent.given, consent.interaction) == ("sms", False, contact)
    assert b"Refused" in answer.content


@pytest.mark.parametrize("name", ["panel", "trust", "facts", "consents"])
def test_a_stranger_is_sent_to_the_door(name: str, family: Customer) -> None:
    answer = Client().get(reverse(f"insight:{name}", args=[family.pk]))

    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["panel", "trust", "facts", "consents"])
def test_somebody_without_the_role_is_refused(name: str, family: Customer) -> None:
    answer = a_browser(a_user()).get(reverse(f"insight:{name}", args=[family.pk]))

    assert answer.status_code == 403


def test_facts_page_costs_the_same_however_many_facts(
    agent: Client,
    family: Customer,
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    for number in range(20):
        a_fact(family, "preference.time", f"after {number}")

    with django_assert_max_num_queries(19):  # type: ignore[operator]  # a fixture of pytest-django
        agent.get(reverse("insight:facts", args=[family.pk]))


def test_what_is_stale_is_asked_for_with_how_long_it_is_over(
    agent: Client, family: Customer
) -> None:
    past = timezone.now() - timedelta(days=18, hours=1)
    Fact.objects.filter(customer=family, key="household.partner").update(stale_after=past)

    answer = agent.get(reverse("insight:to_confirm", args=[family.pk]))

    assert [line["days"] for line in answer.context["lines"]] == [18]
    assert answer.context["stale_n"] == 1
    assert "18 days over" in answer.content.decode()


def test_what_is_charged_stays_closed_until_the_caller_is_verified(
    agent: Client, family: Customer
) -> None:
    a_fact(family, "charge.monthly", 41.37)

    html = agent.get(reverse("insight:facts", args=[family.pk])).content.decode()

    assert "Monthly charge" in html
    assert "Opens at level 2." in html
    assert "41.37" not in html


def test_what_is_charged_is_open_to_who_may_see_bills(family: Customer) -> None:
    a_fact(family, "charge.monthly", 41.37)
    open_to = a_browser(a_user(role="privacy-officer"))

    assert "41.37" in open_to.get(reverse("insight:facts", args=[family.pk])).content.decode()


def test_nobody_asks_the_customer_what_only_we_know(agent: Client, family: Customer) -> None:
    past = timezone.now() - timedelta(days=3)
    for key in ("charge.total", "contract.tenure_months"):
        a_fact(family, key, 41)
    Fact.objects.filter(customer=family).update(stale_after=past)

    answer = agent.get(reverse("insight:to_confirm", args=[family.pk]))

    assert "Charged so far" not in answer.content.decode()
    assert "Months with us" not in answer.content.decode()


def test_a_verified_fact_past_its_date_is_stale(agent: Client, family: Customer) -> None:
    a_fact(family, "service.phone", True, state=Fact.State.VERIFIED)
    Fact.objects.filter(customer=family).update(stale_after=timezone.now() - timedelta(days=3))

    html = agent.get(reverse("insight:facts", args=[family.pk])).content.decode()

    assert "Stale" in html
    assert "Verified</span>" not in html


def test_facts_are_steady_in_their_number(agent: Client, family: Customer) -> None:
    def more() -> None:
        for key in ("charge.monthly", "service.phone", "contract.term"):
            a_fact(family, key, 1, recorded_by="ellie")

    assert_steady(agent, reverse("insight:facts", args=[family.pk]), more)
