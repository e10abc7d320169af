"""Two decide at once."""

import threading
from functools import partial

import pytest
from django.db import transaction

from crm.access import SYSTEM
from customers.insight.models import Fact, Profile
from customers.insight.processes.build_insight import build_profile
from customers.insight.processes.gather_information import accept_fact, propose_fact
from customers.models import Customer
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, a_source, baselines_in_use
from tests.racing import at_once


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("R-BCI-2")
def test_of_two_facts_of_one_source_accepted_at_once_one_is_held() -> None:
    customer, source = a_customer(), a_source("contact")
    facts = [
        propose_fact(
            customer_id=customer.pk,
            key="household.works_from_home",
            value=value,
            source_key=source.key,
            external_id=str(value),
            actor=SYSTEM,
        )
        for value in (True, False)
    ]

    failed = at_once(*[partial(accept_fact, fact_id=fact.pk, actor=SYSTEM) for fact in facts])

    assert failed == []
    assert Fact.objects.believed().filter(customer=customer).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("R-BCI-3")
def test_a_profile_is_not_overwritten_by_one_that_knew_less() -> None:
    customer = a_customer()
    baselines_in_use("insight.")
    locked, learnt = threading.Event(), threading.Event()

    def learn() -> None:
        with transaction.atomic():
            Customer.objects.lock(customer.pk)
            locked.set()
            learnt.wait(0.5)
            a_fact(customer, "household.partner", True)

    def rebuild() -> None:
        locked.wait(5)
        build_profile(customer_id=customer.pk, actor=SYSTEM)
        learnt.set()

    assert at_once(learn, rebuild) == []

    kept = Profile.objects.get(customer=customer).inputs_hash
    assert build_profile(customer_id=customer.pk, actor=SYSTEM).inputs_hash == kept
