"""Merge and its undo: nothing is lost, everything comes back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from crm.events.registry import handler_paths
from customers.models import (
    Account,
    ArchivedRecord,
    Consent,
    ConsentPurpose,
    Customer,
    DuplicateCase,
    Identifier,
    Merge,
    MergedRow,
    Party,
    PartyRelationship,
    Product,
)
from customers.processes.deduplicate import effect_of, merge_parties, unmerge_parties
from customers.processes.deduplicate.moving import following
from customers.processes.update_information import update_party
from customers.reads import find_customers
from tests.customers.factories import a_customer, a_medium, a_party, an_agent

pytestmark = pytest.mark.django_db

# What the database itself writes anew with every change.
_KEPT_BY_THE_DATABASE = {"revision", "updated_at"}


def _two() -> tuple[Customer, Customer]:
    """Priya twice: once with a mobile and a product, once with a mail and a birthday."""
    first = a_customer(phone="+44 7700 900671", number="C-1")
    second = a_customer(
        party=a_party(given_name="Prya", birth_date="1984-02-11", language="pl"),
        email="priya@example.com",
        number="C-2",
    )
    a_medium(_party(second), "mobile", "07700 900671")
    for customer in (first, second):
        Account.objects.create(customer=customer, number=f"A{customer.number}")
        Product.objects.create(
            customer=customer, name="Fibre", service_number=f"S{customer.number}"
        )
        Identifier.objects.create(
            party=_party(customer), kind="external", value=f"E{customer.number}"
        )
    PartyRelationship.objects.create(source=_party(first), target=_party(second), kind="household")
    PartyRelationship.objects.create(source=a_party(), target=_party(second), kind="payer")
    return first, second


def _party(customer: Customer) -> Party:
    assert customer.party
    return customer.party


def _merged(first: Customer, second: Customer, **more: Any) -> Merge:
    return merge_parties(
        survivor_id=_party(first).pk, merged_id=_party(second).pk, actor=SYSTEM, **more
    )


def _everything() -> dict[str, list[dict[str, Any]]]:
    """Each row of each table that could have moved, as it stands."""
    models: set[type[Model]] = {Party, Customer}
    models |= {one.model for root in (Party, Customer) for one in following(root)}
    return {
        model._meta.db_table: [
            {name: value for name, value in row.items() if name not in _KEPT_BY_THE_DATABASE}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in models
    }


@pytest.mark.req("R-CIM-6")
def test_one_record_answers_for_both() -> None:
    first, second = _two()

    _merged(first, second, choices={"language": "merged"}, reason="Same passport")

    party = Party.objects.get(pk=_party(first).pk)
    assert (party.given_name, str(party.birth_date), party.language) == (
        "Priya",
        "1984-02-11",
        "pl",
    )
    assert Product.objects.filter(customer=first).count() == 2
    assert Account.objects.filter(customer=first).count() == 2
    assert set(party.contact_media.values_list("type", flat=True)) == {"mobile", "email"}
    assert PartyRelationship.objects.filter(target=party, kind="payer").exists()
    assert not Customer.objects.visible_to(SYSTEM).filter(pk=second.pk).exists()
    event = OutboxEvent.objects.get(name="party.merged")
    assert event.payload["survivor_id"] == party.pk


@pytest.mark.req("R-CIM-6")
def test_undo_brings_back_every_row() -> None:
    first, second = _two()
    purpose = ConsentPurpose.objects.create(key="marketing-x", name="Marketing")
    for customer, given in ((first, True), (second, False)):
        Consent.objects.create(
            party=_party(customer), purpose=purpose, given=given, captured_by="x", source="web"
        )
    before = _everything()

    merge = _merged(first, second, choices={"given_name": "merged", "language": "merged"})
    changed = _everything() != before
    unmerge_parties(merge_id=merge.pk, actor=SYSTEM)

    assert changed
    assert _everything() == before
    assert OutboxEvent.objects.filter(name="party.unmerged").count() == 1


@pytest.mark.req("R-CIM-6")
def test_undo_after_further_edits_keeps_them() -> None:
    first, second = _two()
    merge = _merged(first, second, choices={"language": "merged"})
    Product.objects.filter(service_number="SC-2").update(name="Fibre 500")
    update_party(
        party_id=_party(first).pk,
        changes={"language": "cy"},
        trigger="customer-notified",
        actor=SYSTEM,
    )
    written_since = Product.objects.create(customer=first, name="TV")

    undone = unmerge_parties(merge_id=merge.pk, reason="Two sisters", actor=SYSTEM)

    assert Product.objects.get(service_number="SC-2").customer == second
    assert Product.objects.get(service_number="SC-2").name == "Fibre 500"
    assert Party.objects.get(pk=_party(first).pk).language == "cy"
    assert undone.undone["kept"] == ["language"]
    written_since.refresh_from_db()
    assert written_since.customer == first


@pytest.mark.req("R-CIM-6")
def test_a_merge_within_a_merge_is_undone_on_its_own() -> None:
    first, second = _two()
    third = a_customer(number="C-3")
    before = set(Product.objects.filter(customer=second).values_list("pk", flat=True))
    inner = _merged(first, second)
    outer = _merged(third, first)

    unmerge_parties(merge_id=inner.pk, actor=SYSTEM)
    unmerge_parties(merge_id=outer.pk, actor=SYSTEM)

    assert set(Product.objects.filter(customer=second).values_list("pk", flat=True)) == before
    assert Product.objects.filter(customer=first).count() == 1
    assert not Product.objects.filter(customer=third).exists()


def test_the_stricter_consent_applies_at_once() -> None:
    first, second = _two()
    purpose = ConsentPurpose.objects.create(key="marketing-x", name="Marketing")
    yes, no = (
        Consent.objects.create(
            party=_party(customer), purpose=purpose, given=given, captured_by="x", source="web"
        )
        for customer, given in ((first, True), (second, False))
    )

    merge = _merged(first, second)

    assert Consent.objects.in_force().get(party=_party(first)) == no
    assert merge.superseded == [yes.pk]


def test_archived_rows_and_what_cannot_stand_twice_are_looked_after() -> None:
    first, second = _two()

    followers = {(one.table, one.column) for one in following(Customer)}

    assert (ArchivedRecord._meta.db_table, "customer_id") in followers
    assert ("interactions_interaction", "customer_id") in followers
    assert ("customers_insight_fact", "customer_id") in followers or any(
        table.endswith("_fact") for table, _column in followers
    )
    _merged(first, second)
    assert PartyRelationship.objects.filter(source=_party(first), target=_party(second)).exists()


@pytest.mark.req("R-CIM-6")
def test_statements_do_not_grow_with_rows() -> None:
    counted = []
    for rows in (1, 300):
        first, second = a_customer(), a_customer()
        Product.objects.bulk_create(Product(customer=second, name="Fibre") for _ in range(rows))
        with CaptureQueriesContext(
            connection,
        ) as merging:
            merge = _merged(first, second)
        with CaptureQueriesContext(connection) as undoing:
            unmerge_parties(merge_id=merge.pk, actor=SYSTEM)
        counted.append((len(merging), len(undoing)))

    assert counted[0] == counted[1]
    assert MergedRow.objects.filter(table="customers_product").count() == 301


def test_search_finds_the_survivor_by_either() -> None:
    first, second = _two()

    merge = _merged(first, second)
    found = {text: [one.customer_id for one in find_customers(SYSTEM, text, 5)]
             for text in ("C-1", "C-2", "SC-2", "Prya Nair", "priya@example.com")}  # fmt: skip
    unmerge_parties(merge_id=merge.pk, actor=SYSTEM)

    assert all(ids == [first.pk] for ids in found.values())
    assert [one.customer_id for one in find_customers(SYSTEM, "C-2", 5)] == [second.pk]


def test_merging_twice_is_merging_once() -> None:
    first, second = _two()

    one, again = _merged(first, second), _merged(first, second)

    assert one == again
    assert OutboxEvent.objects.filter(name="party.merged").count() == 1


def test_the_case_follows() -> None:
    first, second = _two()
    case = DuplicateCase.objects.create(
        left=_party(first), right=_party(second), score=97, source="run"
    )

    merge = _merged(first, second)
    case.refresh_from_db()
    merged = case.state
    unmerge_parties(merge_id=merge.pk, reason="Two sisters", actor=SYSTEM)
    case.refresh_from_db()

    assert (merged, case.state, case.note) == ("merged", "open", "Two sisters")


def test_a_person_is_never_an_organisation() -> None:
    first, second = a_customer(), a_customer(party=a_party(kind="organization", trading_name="N"))

    with pytest.raises(RuleBroken, match="never the same"):
        _merged(first, second)


def test_who_may_not_merge_changes_nothing() -> None:
    first, second = _two()

    with pytest.raises(PermissionDenied):
        merge_parties(
            survivor_id=_party(first).pk,
            merged_id=_party(second).pk,
            actor=an_agent("view_party", "update_information"),
        )

    assert not Merge.objects.exists()


def test_the_effect_is_told_before() -> None:
    first, second = _two()

    effect = effect_of(survivor_id=_party(first).pk, merged_id=_party(second).pk, actor=SYSTEM)

    assert effect.customers == [(second.pk, first.pk)]
    assert effect.rows["product"] == 1
    assert effect.rows["account"] == 1
    assert not Merge.objects.exists()


@pytest.mark.req("R-CIM-6")
def test_profiles_of_both_are_built_anew() -> None:
    first, second = _two()

    merge = _merged(first, second)

    event = OutboxEvent.objects.get(name="party.merged")
    assert event.payload["merge_id"] == merge.pk
    assert any("insight" in handler for handler in handler_paths("party.merged"))


def test_who_is_a_customer_never_goes_into_who_was_one() -> None:
    first, second = _two()
    Customer.objects.filter(pk=first.pk).update(
        status="terminated", ended_at=timezone.now(), end_reason="customer-asked"
    )

    with pytest.raises(RuleBroken, match="has ended"):
        _merged(first, second)

    assert _merged(second, first)
