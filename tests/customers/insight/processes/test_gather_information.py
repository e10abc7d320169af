"""Facts come in with their source, and a person decides what is held."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from crm.ids import new_id
from customers.insight.models import Fact
from customers.insight.processes.gather_information import (
    accept_fact,
    confirm_fact,
    propose_fact,
    reject_fact,
    undecided,
)
from customers.models import Customer
from tests.customers.factories import a_customer, an_agent
from tests.customers.insight.factories import a_fact, a_source

pytestmark = pytest.mark.django_db


def _propose(customer: Customer, value: object = True, **fields: object) -> Fact:
    wanted = {"key": "household.works_from_home", "source_key": "contact", "actor": SYSTEM}
    return propose_fact(customer_id=customer.pk, value=value, **(wanted | fields))  # type: ignore[arg-type]  # keywords of a test


@pytest.mark.req("R-BCI-6")
def test_a_fact_learnt_in_a_contact_waits_for_a_decision_and_names_the_contact() -> None:
    contact = new_id()

    fact = _propose(a_customer(), interaction=contact)

    assert fact.state == "proposed"
    assert (fact.interaction, fact.source.key, fact.basis) == (contact, "contact", "contract")
    assert list(undecided(contact)) == [fact]
    assert OutboxEvent.objects.get().name == "profile.fact.proposed"


def test_accepting_decides_once_and_tells_once() -> None:
    contact = new_id()
    fact = _propose(a_customer(), interaction=contact)

    for _ in range(2):
        accept_fact(fact_id=fact.pk, actor=SYSTEM)

    fact.refresh_from_db()
    assert (fact.state, fact.decided_by) == ("accepted", "system")
    assert undecided(contact).exists() is False
    assert OutboxEvent.objects.filter(name="profile.fact.decided").count() == 1


@pytest.mark.req("R-BCI-2")
def test_a_newer_fact_of_the_same_source_takes_over_and_undo_gives_back() -> None:
    customer = a_customer()
    old = a_fact(customer, "household.works_from_home", False)
    new = _propose(customer)

    accept_fact(fact_id=new.pk, actor=SYSTEM)
    held_after = list(Fact.objects.believed())
    reject_fact(fact_id=new.pk, actor=SYSTEM)

    assert held_after == [new]
    assert list(Fact.objects.believed()) == [old]


@pytest.mark.req("R-BCI-2")
def test_what_another_source_says_stands_beside_it() -> None:
    customer = a_customer()
    a_fact(customer, "household.works_from_home", False, source=a_source("import"))

    accept_fact(fact_id=_propose(customer).pk, actor=SYSTEM)

    assert Fact.objects.believed().count() == 2


def test_proposing_the_same_in_one_contact_again_is_one_fact() -> None:
    customer, contact = a_customer(), new_id()

    first, second = (_propose(customer, interaction=contact) for _ in range(2))

    assert first == second


@pytest.mark.req("R-BCI-13")
def test_the_same_record_of_a_source_is_one_fact() -> None:
    customer = a_customer()

    first, second = (
        _propose(customer, source_key="partner", external_id="rec-7") for _ in range(2)
    )

    assert first == second


@pytest.mark.req("R-BCI-1")
def test_confirming_makes_a_fact_verified_and_fresh() -> None:
    fact = a_fact(a_customer())
    before = fact.stale_after

    confirm_fact(fact_id=fact.pk, actor=SYSTEM)

    fact.refresh_from_db()
    assert fact.state == "verified"
    assert fact.stale_after is not None
    assert before is not None
    assert fact.stale_after > before


def test_a_fact_that_is_not_held_cannot_be_confirmed() -> None:
    fact = a_fact(a_customer(), state="proposed")

    with pytest.raises(RuleBroken) as refusal:
        confirm_fact(fact_id=fact.pk, actor=SYSTEM)

    assert refusal.value.code == "fact-not-held"


@pytest.mark.parametrize(
    ("_case", "fields", "code"),
    [
        ("a source nobody registered", {"source_key": "gossip"}, "unknown-source"),
        ("a value of the wrong type", {"value": "perhaps"}, "value-does-not-fit"),
        ("a number that is none", {"key": "person.age", "value": "NaN"}, "value-does-not-fit"),
    ],
)
def test_refused_with_a_reason(_case: str, fields: dict[str, object], code: str) -> None:
    customer = a_customer()

    with pytest.raises(RuleBroken) as refusal:
        _propose(customer, **fields)

    assert refusal.value.code == code
    assert Fact.objects.exists() is False


@pytest.mark.req("R-BCI-13")
def test_a_source_switched_off_gives_nothing() -> None:
    a_source("contact", active=False)

    with pytest.raises(RuleBroken) as refusal:
        _propose(a_customer())

    assert refusal.value.code == "source-not-in-use"


def test_whoever_may_only_look_changes_nothing() -> None:
    fact = _propose(a_customer())

    with pytest.raises(PermissionDenied):
        accept_fact(fact_id=fact.pk, actor=an_agent("view_all_customers", "insight.view_fact"))

    fact.refresh_from_db()
    assert fact.state == "proposed"


def test_a_customer_out_of_sight_has_no_facts_to_decide() -> None:
    fact = _propose(a_customer())

    with pytest.raises(Customer.DoesNotExist):
        accept_fact(fact_id=fact.pk, actor=an_agent("insight.decide_fact"))
