"""Profiles age overnight, and forget what a source said that is no longer in use."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from crm.access import SYSTEM
from crm.schedule import SCHEDULE
from customers.insight.models import Profile
from customers.insight.processes.build_insight import build_profile
from customers.insight.tasks import refresh_profiles
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, a_source, baselines_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile() -> Profile:
    baselines_in_use("insight.")
    customer = a_customer()
    a_fact(customer, "person.gender", "Female")
    return build_profile(customer_id=customer.pk, actor=SYSTEM)


@pytest.mark.req("R-BCI-21")
def test_trust_falls_overnight_as_facts_age(profile: Profile) -> None:
    before = profile.confidence_parts["freshness"]["score"]

    with time_machine.travel(timezone.now() + timedelta(days=5000)):
        refresh_profiles()

    profile.refresh_from_db()
    assert profile.confidence_parts["freshness"]["score"] < before
    assert refresh_profiles.name in {job["task"] for job in SCHEDULE.values()}


@pytest.mark.req("R-BCI-13")
def test_a_source_switched_off_leaves_all_profiles_within_one_run(profile: Profile) -> None:
    a_source("contact", active=False)

    refresh_profiles()

    profile.refresh_from_db()
    assert profile.sections["demographics"] == []
