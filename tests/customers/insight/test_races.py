"""Two decide at once."""

from functools import partial

import pytest

from crm.access import SYSTEM
from customers.insight.models import Fact
from customers.insight.processes.gather_information import accept_fact, propose_fact
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_source
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
