"""Profiles are folded from facts, and say why."""

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from customers.insight.models import Fact, Profile
from customers.insight.processes.build_insight import build_profile, build_profiles
from customers.insight.processes.gather_information import accept_fact
from customers.models import Customer
from customers.processes.manage_consent import record_consent
from readiness.registry import resolve
from tests.customers.factories import a_customer, an_agent
from tests.customers.insight.factories import a_fact, a_source, baselines_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _governed() -> None:
    baselines_in_use("insight.")


def _family() -> Customer:
    customer = a_customer()
    a_fact(customer, "person.senior", False)
    a_fact(customer, "household.partner", True)
    a_fact(customer, "household.dependents", True)
    return customer


@pytest.mark.req("R-BCI-9")
def test_each_value_carries_its_reasons_and_the_facts_it_rests_on() -> None:
    customer = _family()

    profile = build_profile(customer_id=customer.pk, actor=SYSTEM)

    (stage,) = profile.sections["life_stage"]
    assert stage["value"] == "family"
    assert set(stage["facts"]) == set(Fact.objects.values_list("pk", flat=True))
    assert [reason["code"] for reason in stage["reasons"]] == [
        "not-senior-flag",
        "partner-yes",
        "dependants-yes",
    ]


@pytest.mark.req("R-BCI-15")
def test_the_same_facts_give_the_same_fingerprint_and_another_fact_another() -> None:
    customer = _family()
    first = build_profile(customer_id=customer.pk, actor=SYSTEM).inputs_hash
    again = build_profile(customer_id=customer.pk, actor=SYSTEM).inputs_hash

    a_fact(customer, "person.gender", "Female")

    assert first == again
    assert build_profile(customer_id=customer.pk, actor=SYSTEM).inputs_hash != first


@pytest.mark.req("R-BCI-6")
def test_a_fact_accepted_in_a_contact_stands_in_the_profile_at_once() -> None:
    customer = _family()
    learnt = a_fact(customer, "household.works_from_home", True, state="proposed")

    accept_fact(fact_id=learnt.pk, actor=SYSTEM)

    household = Profile.objects.get(customer=customer).sections["household"]
    assert [learnt.pk] in [value["facts"] for value in household]


@pytest.mark.req("R-BCI-13")
def test_facts_of_a_source_switched_off_leave_the_profile() -> None:
    customer = _family()

    a_source("contact", active=False)

    sections = build_profile(customer_id=customer.pk, actor=SYSTEM).sections
    assert not any(sections.values())


@pytest.mark.req("R-BCI-3")
def test_a_consent_raises_the_coverage_of_what_needs_one() -> None:
    customer = _family()
    a_fact(customer, "usage.data_gb", 12.5)
    before = build_profile(customer_id=customer.pk, actor=SYSTEM).confidence_parts["consent"]

    record_consent(
        party_id=customer.party_id or 0,
        purpose_key="usage-insight",
        given=True,
        source="call",
        actor=SYSTEM,
    )

    after = build_profile(customer_id=customer.pk, actor=SYSTEM).confidence_parts["consent"]
    assert after["score"] > before["score"]
    assert "usage.data_gb" in before["missing"]


def test_many_profiles_cost_the_same_queries_as_one(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    ids = [_family().pk for _ in range(5)]

    with django_assert_max_num_queries(9):  # type: ignore[operator]  # a fixture of pytest-django
        assert build_profiles(customer_ids=ids, actor=SYSTEM) == 5

    assert Profile.objects.count() == 5


@pytest.mark.req("R-BCI-16")
def test_without_an_accepted_version_a_section_is_off_and_facts_stay() -> None:
    apps.get_model("readiness", "CapabilityVersion")._default_manager.filter(
        slot__key="insight.usage"
    ).update(state="suspended")
    resolve.forget_snapshot()
    customer = _family()
    a_fact(customer, "contract.tenure_months", 12)

    profile = build_profile(customer_id=customer.pk, actor=SYSTEM)

    assert "usage" not in profile.sections
    assert "life_stage" in profile.sections


def test_a_stranger_builds_nothing() -> None:
    with pytest.raises(PermissionDenied):
        build_profile(customer_id=_family().pk, actor=an_agent("view_all_customers"))

    assert Profile.objects.exists() is False
