"""What a file said is forgotten with its import; what a person confirmed is not."""

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.insight.models import Fact
from customers.insight.processes.forget_import import let_go, used
from customers.insight.processes.gather_from_import import gather_from_import
from tests.customers.factories import a_customer
from tests.customers.insight.processes.test_gather_from_import import ROW, a_run

pytestmark = pytest.mark.django_db


def test_facts_of_the_file_are_no_use_and_go() -> None:
    customer = a_customer()
    run = a_run((customer, ROW))
    gather_from_import(run_id=run.pk, actor=SYSTEM)

    assert used(run, [customer.pk]) == {}
    let_go(run, [customer.pk], made=False, actor=SYSTEM)

    assert Fact.objects.exists() is False


def test_a_confirmed_fact_is_a_use_and_stays() -> None:
    customer = a_customer()
    run = a_run((customer, ROW))
    gather_from_import(run_id=run.pk, actor=SYSTEM)
    Fact.objects.filter(key="contract.term").update(state="verified", verified_at=timezone.now())

    assert list(used(run, [customer.pk])) == [customer.pk]
    let_go(run, [customer.pk], made=False, actor=SYSTEM)

    assert [fact.key for fact in Fact.objects.all()] == ["contract.term"]
