"""Invented customers are known as well as real ones."""

from datetime import UTC, datetime

import pytest
from django.db.models import Q

from crm.generation import Wanted
from customers.generation import fill_customers
from customers.insight.generation import fill_insight
from customers.insight.models import Fact, Profile
from customers.models import Consent
from tests.customers.insight.factories import baselines_in_use

pytestmark = pytest.mark.django_db

WANTED = Wanted(customers=60, interactions=0, seed=7, now=datetime(2026, 11, 19, 12, tzinfo=UTC))


def test_invented_customers_have_profiles_stale_facts_and_answers() -> None:
    baselines_in_use("insight.")
    fill_customers(WANTED, lambda title, done, total: None)

    fill_insight(WANTED, lambda title, done, total: None)

    assert Profile.objects.count() >= 60
    assert Profile.objects.filter(~Q(sections__life_stage=[])).exists()
    assert Profile.objects.filter(confidence__gt=20).exists()
    assert Fact.objects.filter(stale_after__lt=WANTED.now).exists()
    assert Fact.objects.filter(state="verified").exists()
    assert set(Consent.objects.values_list("given", flat=True)) == {True, False}


def test_generating_again_adds_nothing_to_the_same_customers() -> None:
    fill_customers(WANTED, lambda title, done, total: None)
    fill_insight(WANTED, lambda title, done, total: None)
    before = Fact.objects.count()

    fill_insight(WANTED, lambda title, done, total: None)

    assert Fact.objects.count() == before
