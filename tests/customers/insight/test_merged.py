"""Profiles follow a merge and its undo."""

import pytest

from crm.access import SYSTEM
from crm.events.catalogue import PartiesMerged, PartiesUnmerged
from customers.insight.handlers import weigh_both_profiles, weigh_the_one_profile
from customers.insight.models import Fact, Profile
from customers.models import Customer
from customers.processes.deduplicate import merge_parties, unmerge_parties
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, baselines_in_use

pytestmark = pytest.mark.django_db


def _party(customer: Customer) -> int:
    assert customer.party_id
    return customer.party_id


@pytest.mark.req("R-CIM-6")
def test_facts_and_profiles_come_together_and_apart() -> None:
    baselines_in_use("insight.")
    first, second = a_customer(), a_customer()
    fact = a_fact(second, "household.partner")
    merge = merge_parties(survivor_id=_party(first), merged_id=_party(second), actor=SYSTEM)
    ids = {"merge_id": merge.pk, "survivor_id": _party(first), "merged_id": _party(second)}

    weigh_the_one_profile(PartiesMerged(**ids), 1)
    together = Profile.objects.get(customer=first).inputs_hash
    moved = Fact.objects.get(pk=fact.pk).customer_id
    unmerge_parties(merge_id=merge.pk, actor=SYSTEM)
    weigh_both_profiles(PartiesUnmerged(**ids), 2)

    assert moved == first.pk
    assert Fact.objects.get(pk=fact.pk).customer == second
    assert Profile.objects.get(customer=first).inputs_hash != together
    assert Profile.objects.filter(customer=second).exists()
