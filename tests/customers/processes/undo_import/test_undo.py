"""Undo an import: sorted into reversed, kept and stuck."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.insight.models import Fact, Profile
from customers.insight.processes.gather_from_import import gather_from_import
from customers.insight.processes.gather_information import propose_fact
from customers.models import (
    Account,
    ContactMedium,
    Customer,
    DuplicateCase,
    ImportedRecord,
    ImportKept,
    ImportRun,
    Party,
    Product,
    SearchToken,
)
from customers.processes.place_hold import place_hold
from customers.processes.undo_import import undo_import
from tests.customers.factories import a_party, an_agent
from tests.customers.processes.import_customers.test_take_in import ROWS, imported

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def undone(run: ImportRun) -> tuple[int, int, int]:
    run = undo_import(run_id=run.pk, actor=SYSTEM)
    assert run.state == "undone"
    return run.reversed, run.kept, run.stuck


def reason() -> str:
    return ImportKept.objects.get().reason


def test_what_nobody_touched_goes_without_a_trace_and_can_come_again() -> None:
    run = imported(*ROWS)
    gather_from_import(run_id=run.pk, actor=SYSTEM)

    assert undone(run) == (2, 0, 0)

    left = [
        model.objects.exists()
        for model in (Customer, Party, Product, Account, ContactMedium, SearchToken, Fact, Profile)
    ]
    assert left == [False] * 8
    assert ImportedRecord.objects.filter(run=run).exists() is False
    again = imported(*ROWS)
    assert (again.created, again.failed) == (2, 0)


def test_the_end_is_told_once_with_its_numbers() -> None:
    run = imported(*ROWS)

    undone(run)
    undo_import(run_id=run.pk, actor=SYSTEM)

    told = OutboxEvent.objects.get(name="customers.import_undone")
    assert told.payload == {"run_id": run.pk, "reversed": 2, "kept": 0, "stuck": 0}


def test_history_keeps_what_was_removed_and_who_removed_it() -> None:
    run = imported(*ROWS)

    undone(run)

    history: Any = Customer.events.rel.related_model  # type: ignore[attr-defined]  # pghistory's
    was = history.objects.select_related("pgh_context").get(number="A-1")
    assert was.pgh_label == "removed"
    assert was.pgh_context.metadata["import_undone"] == run.pk


def _edit(customer: Customer) -> None:
    customer.name = "Zoë Marsh"
    customer.save()


def _edit_product(customer: Customer) -> None:
    customer.products.filter(name="DSL").update(options={"speed": "100"})


def _add_product(customer: Customer) -> None:
    Product.objects.create(customer=customer, name="Fax")


def _hold(customer: Customer) -> None:
    place_hold(customer_id=customer.pk, kind="interaction", reference="INT-1", actor=SYSTEM)


def _learn(customer: Customer) -> None:
    propose_fact(
        customer_id=customer.pk, key="person.age", value=40, source_key="import", actor=SYSTEM
    )


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (_edit, "Edited since."),
        (_edit_product, "Edited since."),
        (_add_product, "Edited since."),
        (_hold, "Used since: hold."),
        (_learn, "Facts learnt since."),
    ],
)
def test_who_was_edited_or_used_since_is_kept_whole_and_says_why(use: Any, why: str) -> None:
    run = imported(*ROWS)
    use(Customer.objects.get(number="A-1"))

    assert undone(run) == (1, 1, 0)

    assert reason() == why
    assert list(Customer.objects.values_list("number", flat=True)) == ["A-1"]
    assert Product.objects.filter(customer__number="A-1", name="Phone").exists()


def test_a_customer_who_was_there_before_gets_back_what_they_were() -> None:
    first = imported(*ROWS)
    changed = ROWS[0].replace("Zoë", "Zoe").replace("Monthly,29.85,Yes", "Yearly,31,No")
    run = imported(changed.replace("900123", "900124"))
    assert (run.updated, first.created) == (1, 2)

    assert undone(run) == (1, 0, 0)

    customer = Customer.objects.get(number="A-1")
    assert customer.party is not None
    assert customer.party.given_name == "Zoë"
    assert str(Account.objects.get(customer=customer).monthly_charge) == "29.85"
    assert customer.agreements.get().name == "Monthly"
    assert customer.products.get(name="Phone").status == "active"
    assert ContactMedium.objects.get(party=customer.party).normalised == "+447700900123"
    again = imported(changed)
    assert again.updated == 1


@pytest.mark.parametrize(("state", "numbers"), [("open", (2, 0, 0)), ("dismissed", (1, 1, 0))])
def test_an_open_question_is_no_use_and_an_answered_one_is(
    state: str, numbers: tuple[int, int, int]
) -> None:
    other = a_party()
    run = imported(*ROWS)
    party = Customer.objects.get(number="A-1").party
    assert party is not None
    left, right = sorted([other, party], key=lambda one: one.pk)
    DuplicateCase.objects.create(left=left, right=right, state=state, score=50)

    assert undone(run) == numbers
    assert DuplicateCase.objects.exists() is (state != "open")


def test_what_was_edited_after_the_import_stays_as_it_was_edited() -> None:
    imported(*ROWS)
    run = imported(ROWS[0].replace("Zoë", "Zoe"))
    with because(SYSTEM, "customer-notified"):
        Party.objects.filter(given_name="Zoe").update(given_name="Zoya")

    assert undone(run) == (0, 1, 0)

    assert Party.objects.filter(given_name="Zoya").exists()


def test_who_was_kept_for_an_edit_keeps_it_when_the_file_comes_again() -> None:
    run = imported(*ROWS)
    with because(SYSTEM, "customer-notified"):
        Party.objects.filter(given_name="Zoë").update(given_name="Zoya")
    assert undone(run) == (1, 1, 0)

    again = imported(*ROWS)

    assert (again.created, again.updated, again.failed) == (1, 0, 0)
    assert Party.objects.filter(given_name="Zoya").exists()


def test_what_a_file_had_superseded_is_believed_again() -> None:
    first = imported(*ROWS)
    gather_from_import(run_id=first.pk, actor=SYSTEM)
    run = imported(ROWS[0].replace(",1,No", ",2,No"))
    gather_from_import(run_id=run.pk, actor=SYSTEM)

    assert undone(run) == (1, 0, 0)

    customer = Customer.objects.get(number="A-1")
    held = Fact.objects.believed().of_customer(customer.pk).values_list("value", flat=True)
    assert list(held) == [1]


def test_undoing_that_was_cut_off_goes_on_where_it_stood(monkeypatch: Any) -> None:
    monkeypatch.setattr("customers.processes.undo_import.undo._BATCH", 1)
    run = imported(*ROWS)

    half = undo_import(run_id=run.pk, actor=SYSTEM, seconds=0)
    assert (half.state, half.reversed) == ("undoing", 1)

    assert undone(run) == (2, 0, 0)


def test_only_a_finished_import_of_the_last_month_can_be_undone() -> None:
    trial = imported(*ROWS, dry_run=True)
    with pytest.raises(RuleBroken) as early:
        undo_import(run_id=trial.pk, actor=SYSTEM)
    run = imported(*ROWS)
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=31))
    with pytest.raises(RuleBroken) as late:
        undo_import(run_id=run.pk, actor=SYSTEM)

    assert (early.value.code, late.value.code) == ("not-imported", "too-late")


def test_who_may_import_may_not_undo_by_that() -> None:
    run = imported(*ROWS)

    with pytest.raises(PermissionDenied):
        undo_import(run_id=run.pk, actor=an_agent("customers.import_customers"))

    assert Customer.objects.count() == 2
