from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from customers.models import ContactMedium, Customer, Party, PartyRelationship, SearchToken

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def generate(customers: int = 120, seed: int = 7) -> None:
    call_command("generate", customers=customers, interactions=0, seed=seed, now=NOW, verbosity=0)


def names() -> list[str]:
    return list(Customer.objects.order_by("id").values_list("name", flat=True))


def test_as_many_customers_as_asked_each_reachable_and_to_be_found() -> None:
    generate(120)

    assert Customer.objects.count() == Party.objects.count() == 120
    assert ContactMedium.objects.filter(type="email").count() == 120
    assert SearchToken.objects.values("customer_id").distinct().count() == 120


def test_the_same_seed_invents_the_same_people() -> None:
    generate(60, seed=3)
    once = names()

    generate(60, seed=3)

    assert names()[60:] == once


def test_another_seed_invents_others() -> None:
    generate(60, seed=3)
    generate(60, seed=4)

    assert names()[:60] != names()[60:]


def test_families_share_an_address_and_companies_exist() -> None:
    generate(300)

    assert PartyRelationship.objects.filter(kind="partner").exists()
    assert Party.objects.filter(kind="organization").exists()
    tie = PartyRelationship.objects.filter(kind="partner").select_related("source", "target")[0]
    homes = {
        media.party_id: media.value
        for media in ContactMedium.objects.filter(
            type="address", party__in=[tie.source, tie.target]
        )
    }
    assert homes[tie.source_id] == homes[tie.target_id]


def test_nobody_joined_or_left_in_the_future() -> None:
    generate(400)

    assert not Customer.objects.filter(since__gt=NOW).exists()
    assert not Customer.objects.filter(ended_at__gt=NOW).exists()
    assert Customer.objects.filter(status="terminated").exists()


def test_invented_customers_are_found_by_the_words_that_a_record_would_have() -> None:
    generate(80)
    written = set(SearchToken.objects.values_list("customer_id", "kind", "token"))

    SearchToken.objects.refresh(Customer.objects.values_list("pk", flat=True))

    assert set(SearchToken.objects.values_list("customer_id", "kind", "token")) == written
