"""Create Customer Records from a file."""

import io
import json
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    OrderedThing,
    Party,
    Product,
    SearchToken,
)
from customers.processes.import_customers import import_customers, receive_file
from customers.processes.terminate_relationship import terminate_relationship
from customers.processes.update_information import remove_customer
from tests.customers.factories import a_customer, a_party, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

MAPPING: dict[str, Any] = {
    "schema": "customer-import/1",
    "source": "shop",
    "customer": {"number": {"column": "id"}, "status": {"value": "active"}},
    "party": {"kind": {"value": "individual"}, "given_name": {"column": "first"}},
    "contact_media": [{"type": "mobile", "value": {"column": "mobile"}}],
    "agreement": {"name": {"column": "plan"}},
    "account": {"number": {"column": "id"}, "monthly_charge": {"column": "charge", "min": 0}},
    "products": [
        {
            "name": {"value": "Phone"},
            "kind": "phone",
            "when": {"column": "phone", "in": ["Yes"], "not_in": ["No"]},
        },
        {"name": {"column": "net", "map": {"DSL": "DSL", "Fibre": "Fibre", "No": None}}},
    ],
    "facts": [{"column": "months", "key": "contract.tenure_months", "type": "integer"}],
    "outcomes": [{"column": "left", "kind": "churn", "true": ["Yes"], "false": ["No"]}],
}
HEADER = "id,first,mobile,plan,charge,phone,net,months,left"
ROWS = ["A-1,Zoë,07700 900123,Monthly,29.85,Yes,DSL,1,No", "A-2,Bo,,Yearly,10,No,Fibre,30,Yes"]


def received(*rows: str, mapping: dict[str, Any] = MAPPING, text: str = "") -> ImportRun:
    content = text or "\n".join([HEADER, *rows]) + "\n"
    return receive_file(
        file=io.BytesIO(content.encode()), file_name="shop.csv", mapping=mapping, actor=SYSTEM
    )


def imported(*rows: str, dry_run: bool = False, mapping: dict[str, Any] = MAPPING) -> ImportRun:
    run = received(*rows, mapping=mapping)
    return import_customers(run_id=run.pk, dry_run=dry_run, actor=SYSTEM)


def numbers(run: ImportRun) -> tuple[int, int, int, int, int]:
    return run.total, run.created, run.updated, run.unchanged, run.failed


def test_every_part_of_a_row_lands_where_it_belongs() -> None:
    run = imported(*ROWS)

    assert numbers(run) == (2, 2, 0, 0, 0)
    customer = Customer.objects.select_related("party").get(number="A-1")
    assert (customer.name, customer.status, customer.source) == ("A-1", "active", "shop")
    assert customer.party is not None
    assert customer.party.given_name == "Zoë"
    assert ContactMedium.objects.get().normalised == "+447700900123"
    assert str(Account.objects.get(customer=customer).monthly_charge) == "29.85"
    assert Agreement.objects.get(customer=customer).name == "Monthly"
    names = Product.objects.order_by("pk").values_list("customer__number", "name")
    assert sorted(names) == [("A-1", "DSL"), ("A-1", "Phone"), ("A-2", "Fibre")]
    assert customer.public_id.version == 7


def test_the_outcome_is_kept_in_the_source_row_only() -> None:
    imported(*ROWS)

    record = ImportedRecord.objects.get(line=2)
    assert record.row["left"] == "No"
    assert record.customer_id == Customer.objects.get(number="A-1").pk
    assert "left" not in str(Customer.objects.values().first())


def test_imported_customers_can_be_found() -> None:
    imported(*ROWS)

    words = SearchToken.objects.filter(customer__number="A-1").values_list("token", flat=True)
    assert {"a1", "zoe", "447700900123"} <= set(words)


def test_the_end_is_told_once_and_the_file_is_forgotten(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = imported(*ROWS)
        import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)

    told = OutboxEvent.objects.filter(name="customers.imported")
    assert [event.payload for event in told] == [{"run_id": run.pk}]
    assert default_storage.exists(run.path) is False


def test_a_trial_gives_the_numbers_of_the_import_and_keeps_nothing() -> None:
    rows = [*ROWS, "A-3,Cy,,Monthly,many,No,No,5,No"]
    run = received(*rows)

    trial = import_customers(run_id=run.pk, dry_run=True, actor=SYSTEM)

    assert (trial.state, numbers(trial)) == ("tried", (3, 2, 0, 0, 1))
    kept = [model.objects.exists() for model in (Customer, Party, ImportedRecord, SearchToken)]
    assert kept == [False] * 4
    assert OutboxEvent.objects.exists() is False
    real = import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)
    assert (real.state, numbers(real)) == ("done", (3, 2, 0, 0, 1))


def test_the_same_file_again_changes_nothing() -> None:
    imported(*ROWS)
    revisions = list(Customer.objects.order_by("pk").values_list("revision", flat=True))

    again = imported(*ROWS)

    assert numbers(again) == (2, 0, 0, 2, 0)
    assert list(Customer.objects.order_by("pk").values_list("revision", flat=True)) == revisions
    assert (Customer.objects.count(), ImportedRecord.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("_case", "row"),
    [
        ("a name", "A-1,Zoe,07700 900123,Monthly,29.85,Yes,DSL,1,No"),
        ("a charge", "A-1,Zoë,07700 900123,Monthly,31,Yes,DSL,1,No"),
        ("an agreement", "A-1,Zoë,07700 900123,Yearly,29.85,Yes,DSL,1,No"),
        ("a product less", "A-1,Zoë,07700 900123,Monthly,29.85,No,DSL,1,No"),
        ("another product", "A-1,Zoë,07700 900123,Monthly,29.85,Yes,Fibre,1,No"),
        ("a contact point", "A-1,Zoë,07700 900124,Monthly,29.85,Yes,DSL,1,No"),
        ("only a fact", "A-1,Zoë,07700 900123,Monthly,29.85,Yes,DSL,2,No"),
    ],
)
def test_what_changed_in_the_file_changes_the_record(_case: str, row: str) -> None:
    imported(*ROWS)

    again = imported(row, ROWS[1])

    assert numbers(again) == (2, 0, 1, 1, 0)
    assert ImportedRecord.objects.filter(run=again).count() == 1


def test_a_product_that_is_gone_has_ended() -> None:
    imported(*ROWS)

    imported("A-1,Zoë,07700 900123,Monthly,29.85,No,Fibre,1,No")

    products = Product.objects.filter(customer__number="A-1").order_by("name")
    assert list(products.values_list("name", "status")) == [
        ("DSL", "ended"),
        ("Fibre", "active"),
        ("Phone", "ended"),
    ]


def test_what_a_person_corrected_stays_when_the_source_says_nothing_new() -> None:
    imported(*ROWS)
    Party.objects.filter(given_name="Bo").update(given_name="Beau")

    again = imported(*ROWS)

    assert numbers(again) == (2, 0, 0, 2, 0)
    assert Party.objects.filter(given_name="Beau").exists()


def test_an_ended_relationship_is_not_revived() -> None:
    imported(*ROWS)
    customer = Customer.objects.get(number="A-1")
    terminate_relationship(
        customer_id=customer.pk, reason="fraud", stop_services=True, actor=SYSTEM
    )

    imported(ROWS[0].replace("29.85", "30"))

    customer.refresh_from_db()
    assert customer.status == "terminated"
    assert customer.products.exclude(status="ended").exists() is False


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Zoë,,Monthly,1,No,No,1,No", "id", "Nothing stands here, and a value is needed"),
        ("A-1,Zoë,,Monthly,NaN,No,No,1,No", "charge", "Not a number"),
        ("A-1,Zoë,call shop,Monthly,1,No,No,1,No", "mobile", "Not a phone number"),
        ("A-1,Zoë,,Monthly,-1,No,No,1,No", "charge", "Out of range"),
        ("A-1,Zoë,,Monthly,1,Maybe,No,1,No", "phone", "Expected one of No, Yes"),
        ("A-1,Zoë,,Monthly,1,No,Cable,1,No", "net", "Expected one of DSL, Fibre, No"),
        ("A-1,Zoë,,Monthly,1,No,No,1.5,No", "months", "Not a whole number"),
        ("A-1,Zoë,,Monthly,1,No,No,1,Perhaps", "left", "Expected one of No, Yes"),
        ("A-1,Zoë,,Monthly", "", "4 values, but 9 columns"),
        ('A-1,"Zoë,,Monthly,1,No,No,1,No', "", "A quotation mark is not closed"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_in(row: str, column: str, reason: str) -> None:
    run = imported(row, ROWS[1])

    assert numbers(run) == (2, 1, 0, 0, 1)
    problem = ImportProblem.objects.get()
    assert (problem.line, problem.column, problem.reason) == (2, column, reason)


def test_a_number_given_twice_goes_in_once() -> None:
    run = imported(ROWS[0], ROWS[0])

    assert numbers(run) == (2, 1, 0, 0, 1)
    assert ImportProblem.objects.get().reason == "The same number stands in line 2 already"


def test_a_number_of_somebody_else_is_left_to_a_person() -> None:
    Account.objects.create(customer=a_customer(), number="A-1")
    removed = a_customer(number="A-2")
    remove_customer(customer_id=removed.pk, actor=SYSTEM)

    run = imported(*ROWS)

    assert numbers(run) == (2, 0, 0, 0, 2)
    assert [problem.reason for problem in ImportProblem.objects.all()] == [
        "This account belongs to another customer.",
        "This customer record was removed. Restore it first.",
    ]


def test_what_only_the_database_refuses_is_found_and_the_rest_goes_in() -> None:
    dates = {
        **MAPPING,
        "agreement": {
            "name": {"column": "plan"},
            "valid_from": {"column": "first"},
            "valid_to": {"column": "mobile"},
        },
        "contact_media": [],
    }
    backwards = "A-1,2026-02-02,2026-02-01,Monthly,1,No,No,1,No"
    right = "A-2,2026-02-02,2026-02-03,Monthly,1,No,No,1,No"

    run = imported(backwards, right, mapping=dates)

    assert numbers(run) == (2, 1, 0, 0, 1)
    assert "agreement_ends_after_start" in ImportProblem.objects.get().reason


def test_an_import_that_was_cut_off_goes_on_where_it_stood(monkeypatch: Any) -> None:
    monkeypatch.setattr("customers.processes.import_customers.take_in._BATCH", 2)
    rows = [f"B-{n},Bo,,Yearly,10,No,Fibre,30,Yes" for n in range(6)]
    run = received(*rows)

    def cut_off(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM, progress=cut_off)
    run = import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)

    assert (run.state, numbers(run)) == ("done", (6, 6, 0, 0, 0))
    assert Customer.objects.count() == 6


def test_history_says_that_a_file_changed_it() -> None:
    imported(*ROWS)

    run = imported(ROWS[0].replace("Zoë", "Zoe"))

    party = Party.objects.get(given_name="Zoe")
    before = party.events.select_related("pgh_context").get()  # type: ignore[attr-defined]  # made by pghistory
    assert before.given_name == "Zoë"
    assert before.pgh_context.metadata["import_run"] == run.pk


def test_a_file_without_the_mapped_columns_is_refused() -> None:
    with pytest.raises(RuleBroken) as broken:
        received(text="id,first\nA-1,Zoë\n")

    assert broken.value.code == "columns-missing"
    assert broken.value.details["missing"] == [
        "charge", "left", "mobile", "months", "net", "phone", "plan",
    ]  # fmt: skip


def test_an_agent_may_not_import() -> None:
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        receive_file(file=io.BytesIO(b"id\n"), file_name="x.csv", mapping=MAPPING, actor=an_agent())


def test_the_command_prints_the_numbers(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "m.json").write_text(json.dumps(MAPPING), encoding="utf-8")
    (tmp_path / "f.csv").write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")

    call_command("import_customers", tmp_path / "f.csv", mapping=tmp_path / "m.json", json=True)

    answer = json.loads(capsys.readouterr().out)
    assert (answer["created"], answer["failed"], answer["problems"]) == (2, 0, [])


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text("{}", encoding="utf-8")
    (tmp_path / "f.csv").write_text("id\n", encoding="utf-8")

    with pytest.raises(CommandError, match="This is no mapping"):
        call_command("import_customers", tmp_path / "f.csv", mapping=tmp_path / "m.json")


def test_ids_made_in_the_database_look_like_ours() -> None:
    a_party()
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_new_id(), crm_new_id()")
        found: Any = cursor.fetchone()
    first, second = found

    assert first.version == 7
    assert first != second


def shared_mapping() -> dict[str, Any]:
    return {
        "schema": "customer-import/1",
        "source": "shared",
        "customer": {"number": {"column": "id"}},
        "party": {"kind": {"value": "individual"}, "title": {"column": "title"}},
        "account": {"number": {"column": "account"}},
        "identifiers": [{"kind": "imsi", "value": {"column": "imsi"}}],
    }


def test_a_trial_meets_the_run_where_rows_of_different_batches_claim_the_same(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("customers.processes.import_customers.take_in._BATCH", 1)
    party = a_party()
    for number in ("K-1", "K-2"):
        a_customer(number=number, party=party)
    lines = ["id,title,account,imsi", "N-1,Ms,A-1,1", "N-2,Ms,A-1,2", "N-3,Ms,A-3,1"]
    lines += ["N-4,Ms,A-4,4", "K-1,Dr,A-5,5", "K-2,Prof,A-6,5", "N-5,Mr,A-7,5"]
    run = received(mapping=shared_mapping(), text="\n".join(lines) + "\n")

    trial = numbers(import_customers(run_id=run.pk, dry_run=True, actor=SYSTEM))
    told = list(run.problems.values_list("line", "reason"))
    real = numbers(import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM))

    assert trial == real == (7, 2, 2, 0, 3)
    assert list(run.problems.values_list("line", "reason")) == told
    assert [line for line, _reason in told] == [3, 4, 8]
    party.refresh_from_db()
    assert party.title == "Dr"


def test_a_trial_finds_what_only_the_database_refuses() -> None:
    mapping = MAPPING | {"customer": MAPPING["customer"] | {"segment": {"column": "plan", "map": {
        "Monthly": "x" * 50, "Yearly": "y"}}}}  # fmt: skip
    run = received(*ROWS, mapping=mapping)

    trial = import_customers(run_id=run.pk, dry_run=True, actor=SYSTEM)

    assert numbers(trial) == (2, 1, 0, 0, 1)
    assert "too long" in ImportProblem.objects.get().reason
    assert numbers(import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)) == numbers(trial)


def test_what_an_import_did_to_known_customers_is_kept_for_undoing() -> None:
    imported(*ROWS)

    run = imported(ROWS[0].replace("29.85", "30"), "A-2,Bo,07700 900555,Yearly,10,No,Fibre,30,Yes")

    kept = run.changes.order_by("customer_id", "table").values_list("table", "how")
    assert list(kept) == [("customers_account", "changed"), ("customers_contactmedium", "added")]


def test_a_person_is_known_by_their_name_where_the_file_has_one() -> None:
    party = {**MAPPING["party"], "family_name": {"column": "plan"}}

    imported(*ROWS, mapping=MAPPING | {"party": party})

    customer = Customer.objects.select_related("party").get(number="A-1")
    assert customer.party is not None
    assert (customer.name, customer.party.name) == ("Zoë Monthly", "Zoë Monthly")


def test_an_import_that_has_worked_long_enough_waits_for_the_next_task(monkeypatch: Any) -> None:
    monkeypatch.setattr("customers.processes.import_customers.take_in._BATCH", 1)
    run = received(*ROWS)

    half = import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM, seconds=0)
    assert (half.state, half.processed) == ("running", 1)

    whole = import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)
    assert (whole.state, numbers(whole)) == ("done", (2, 2, 0, 0, 0))


@pytest.mark.parametrize("why", ["long enough", "something broke"])
def test_a_long_file_that_is_left_early_keeps_nobody_waiting(monkeypatch: Any, why: str) -> None:
    monkeypatch.setattr("customers.processes.import_customers.take_in._BATCH", 1)
    run = received(*(ROWS[0].replace("A-1", f"A-{n}") for n in range(1, 9)))
    waited: list[int] = []

    def report(_done: int) -> None:
        if why == "something broke":
            raise ZeroDivisionError

    def give_up(*_args: Any) -> None:
        # Whatever is raised while a generator closes is swallowed: only the note is sure to stay.
        waited.append(1)
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    try:
        with suppress(ZeroDivisionError):
            import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM, seconds=0, progress=report)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    assert not waited
    run.refresh_from_db()
    assert run.processed == 1


def test_a_file_that_spoils_further_down_is_said_in_a_sentence() -> None:
    rows = [ROWS[0].replace("A-1", f"A-{n}") for n in range(1, 7)]
    run = received(text="\n".join([HEADER, *rows, "A-9," + "x" * (1 << 20)]))

    with pytest.raises(RuleBroken, match="Line 8 does not end"):
        import_customers(run_id=run.pk, dry_run=True, actor=SYSTEM)

    run.refresh_from_db()
    assert run.processed == 0


def test_a_file_leaves_the_agreement_of_an_order_alone() -> None:
    imported(*ROWS)
    customer = Customer.objects.get(number="A-1")
    ordered = Agreement.objects.create(customer=customer, name="Mobile")
    OrderedThing.objects.create(
        customer=customer, source="shop", kind="agreement", external_id="1", agreement=ordered
    )

    imported(ROWS[0].replace("Monthly", "Quarterly"))

    assert sorted(customer.agreements.values_list("name", flat=True)) == ["Mobile", "Quarterly"]
