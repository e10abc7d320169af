"""Files become facts, once, and outcomes never do."""

import csv
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from crm.access import SYSTEM
from crm.events.catalogue import ImportedFactsDue
from crm.events.models import OutboxEvent
from customers.insight.models import Fact, Outcome, Profile
from customers.insight.processes.gather_from_import import gather_from_import
from customers.models import Customer, ImportedRecord, ImportRun
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact, a_source, baselines_in_use

pytestmark = pytest.mark.django_db

MAPPING: dict[str, Any] = {
    "source": "billing-extract",
    "facts": [
        {"column": "SeniorCitizen", "key": "person.senior"},
        {"column": "Partner", "key": "household.partner"},
        {"column": "Dependents", "key": "household.dependents"},
        {"column": "tenure", "key": "contract.tenure_months"},
        {"column": "TotalCharges", "key": "charge.total"},
        {
            "column": "OnlineBackup",
            "key": "service.online_backup",
            "map": {"No internet service": False},
        },
        {"column": "Contract", "key": "contract.term", "type": "text"},
        {"column": "Churn", "key": "churn", "type": "boolean"},
        {"column": "Seats", "key": "own.seats", "type": "integer"},
    ],
    "outcomes": [{"column": "Churn", "kind": "left", "true": ["Yes"]}],
}
TELCO = "customers/imports/mappings/telco_churn.json"
ROW = {
    "SeniorCitizen": "0",
    "Partner": "Yes",
    "Dependents": "No",
    "tenure": "34",
    "TotalCharges": " ",
    "OnlineBackup": "No internet service",
    "Contract": "One year",
    "Churn": "Yes",
    "Seats": "12",
}


def a_run(*rows: tuple[Customer, dict[str, str]], sha256: str = "a" * 64) -> ImportRun:
    run = ImportRun.objects.create(
        kind="customers", file_name="extract.csv", mapping=MAPPING, sha256=sha256
    )
    ImportedRecord.objects.bulk_create(
        ImportedRecord(run=run, line=line, customer_id=customer.pk, row=row)
        for line, (customer, row) in enumerate(rows, start=2)
    )
    return run


def gathered_whole(run: ImportRun) -> int:
    """The first slice, and each one that the slice before has left due; how many there were."""
    gather_from_import(run_id=run.pk, actor=SYSTEM)
    slices, told = 1, OutboxEvent.objects.filter(name=ImportedFactsDue.name).order_by("pk")
    while event := told[slices - 1 : slices].first():
        gather_from_import(run_id=run.pk, after_line=event.payload["after_line"], actor=SYSTEM)
        slices += 1
    return slices


def _held(customer: Customer) -> dict[str, Any]:
    return dict(Fact.objects.believed().of_customer(customer.pk).values_list("key", "value"))


@pytest.mark.req("R-BCI-13")
def test_mapped_columns_become_typed_facts_and_empty_cells_none() -> None:
    customer = a_customer()

    gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)

    assert _held(customer) == {
        "person.senior": False,
        "household.partner": True,
        "household.dependents": False,
        "contract.tenure_months": 34,
        "service.online_backup": False,
        "contract.term": "One year",
        "own.seats": 12,
    }
    fact = Fact.objects.filter(key="contract.term").get()
    assert (fact.source.key, fact.basis, fact.recorded_by) == (
        "billing-extract",
        "contract",
        "extract.csv",
    )


def test_what_happened_later_is_an_outcome_and_never_a_fact() -> None:
    customer = a_customer()

    gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)

    assert Outcome.objects.get().kind == "left"
    assert Outcome.objects.get().happened is True
    assert Fact.objects.filter(key__icontains="churn").exists() is False
    assert "churn" not in str(Profile.objects.get().sections).lower()


@pytest.mark.req("R-BCI-13")
def test_the_same_file_again_changes_nothing() -> None:
    customer = a_customer()
    gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)
    before = list(Fact.objects.order_by("pk").values())

    again = gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)

    assert again == 0
    assert list(Fact.objects.order_by("pk").values()) == before


def test_a_newer_file_supersedes_only_what_it_says_otherwise() -> None:
    customer = a_customer()
    gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)

    changed = {**ROW, "tenure": "35"}
    newer = a_run((customer, changed), sha256="b" * 64)
    taken_in = gather_from_import(run_id=newer.pk, actor=SYSTEM)

    assert taken_in == 1
    assert _held(customer)["contract.tenure_months"] == 35
    assert Fact.objects.filter(key="contract.tenure_months").count() == 2


def test_an_older_file_replayed_does_not_bring_its_values_back() -> None:
    customer = a_customer()
    old = a_run((customer, ROW))
    gather_from_import(run_id=old.pk, actor=SYSTEM)
    newer = a_run((customer, {**ROW, "tenure": "35"}), sha256="b" * 64)
    gather_from_import(run_id=newer.pk, actor=SYSTEM)

    gather_from_import(run_id=old.pk, actor=SYSTEM)

    assert _held(customer)["contract.tenure_months"] == 35


def test_what_other_sources_said_survives_a_file() -> None:
    customer = a_customer()
    learnt = a_fact(customer, "household.partner", False, source=a_source("contact"))

    gather_from_import(run_id=a_run((customer, ROW)).pk, actor=SYSTEM)

    learnt.refresh_from_db()
    assert learnt.superseded_at is None
    assert Fact.objects.believed().filter(key="household.partner").count() == 2


def test_a_file_without_mapped_facts_gives_none() -> None:
    run = a_run((a_customer(), ROW))
    ImportRun.objects.update(mapping={})

    assert gather_from_import(run_id=run.pk, actor=SYSTEM) == 0


@pytest.mark.req("R-BCI-13")
def test_a_large_file_is_gathered_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{gather_from_import.__module__}._ROWS_AT_ONCE", 2)
    customers = [a_customer() for _ in range(5)]
    run = a_run(*((customer, ROW) for customer in customers))

    slices = gathered_whole(run)

    assert slices == 3
    assert all(_held(customer)["contract.tenure_months"] == 34 for customer in customers)
    assert Outcome.objects.count() == 5


def test_a_slice_that_comes_twice_is_taken_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{gather_from_import.__module__}._ROWS_AT_ONCE", 1)
    run = a_run((a_customer(), ROW), (a_customer(), ROW))
    gathered_whole(run)
    held = Fact.objects.count()

    assert gather_from_import(run_id=run.pk, after_line=2, actor=SYSTEM) == 0
    assert Fact.objects.count() == held


def test_nothing_is_gathered_from_a_file_that_was_undone() -> None:
    run = a_run((a_customer(), ROW))
    ImportRun.objects.update(state="undone")

    assert gather_from_import(run_id=run.pk, actor=SYSTEM) == 0
    assert Fact.objects.exists() is False


@pytest.mark.req("R-BCI-7")
@pytest.mark.req("R-BCI-8")
def test_the_real_file_gives_every_customer_a_profile() -> None:
    path = Path(__file__).resolve().parents[5] / "shared/data/telco_churn.csv"
    if not path.exists():
        pytest.skip("the real customer file is not beside the repository")
    baselines_in_use("insight.")
    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    Customer.objects.bulk_create(
        Customer(number=line["customerID"], name=line["customerID"]) for line in lines
    )
    customers = {customer.number: customer for customer in Customer.objects.all()}
    run = a_run(*((customers[line["customerID"]], line) for line in lines))
    run.mapping = json.loads((settings.BASE_DIR / TELCO).read_text(encoding="utf-8"))
    run.save()
    started = time.monotonic()

    gathered_whole(run)

    took = time.monotonic() - started
    assert Profile.objects.filter(sections__life_stage__0__value__isnull=False).count() == 7043
    assert Outcome.objects.filter(happened=True).count() == 1869
    assert Outcome.objects.count() == 7043
    assert Fact.objects.filter(key="charge.total").count() == 7032
    assert not Fact.objects.filter(key__icontains="churn").exists()
    print(f"{Fact.objects.count()} facts and 7043 profiles in {took:.1f} s")
