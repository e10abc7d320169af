"""Customer information in the administration: everything to find, nothing to break."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.audit.models import Access
from crm.events.models import OutboxEvent
from customers.models import (
    Account,
    Agreement,
    ArchivedRecord,
    ArchiveFile,
    ArchiveRun,
    AttributeDefinition,
    CallerCheck,
    CommunicationNeed,
    CompletionStep,
    Consent,
    ConsentPurpose,
    ContactCheck,
    Customer,
    CustomerRole,
    Hold,
    Identifier,
    ImportChange,
    ImportedRecord,
    ImportKept,
    ImportMapping,
    ImportProblem,
    ImportRun,
    NumberMove,
    OrderedThing,
    OrderNews,
    Party,
    PartyRelationship,
    Product,
    RecordedItem,
    Report,
    ReportDelivery,
    ReportNeed,
)
from readiness.models import CapabilityVersion
from tests.crm.administrators import a_staff_browser
from tests.customers.factories import a_customer, a_party, a_team
from tests.customers.order_factories import an_order
from tests.readiness.factories import load_baselines

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label == "customers"]
CUSTOMERS = reverse("admin:customers_customer_changelist")


def page(model: type[Model], kind: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:customers_{model._meta.model_name}_{kind}", args=args)


def first(model: type[Model]) -> Any:
    row = model._default_manager.first()
    assert row is not None
    return row


@pytest.fixture
def ada() -> Client:
    return a_staff_browser(role="administrator")


def full_record(version: Any) -> Customer:
    """A customer with a row in every table of the app."""
    customer = a_customer(email="priya@example.org", phone="+447700900123", care_team=a_team())
    party = customer.party
    assert party is not None
    mark = str(customer.pk)
    Account.objects.create(customer=customer, number=f"A-{mark}")
    Agreement.objects.create(customer=customer, name="Fibre 24")
    Product.objects.create(customer=customer, name="Fibre", service_number=f"07700{mark}")
    Hold.objects.create(customer=customer, kind="dispute", reference=mark)
    CommunicationNeed.objects.create(party=party, channel="email")
    contract = Identifier.objects.create(party=party, kind="contract", value=mark)
    NumberMove.objects.create(
        kind="msisdn", value=f"447700{mark}", target=party, given=contract, reason="A wrong SIM"
    )
    PartyRelationship.objects.create(source=party, target=a_party(), kind="partner")
    CustomerRole.objects.create(customer=customer, party=party, role="owner")
    CallerCheck.objects.create(customer=customer, method="questions", actor_name="Ava")
    ContactCheck.objects.create(
        medium=party.contact_media.all()[0], method="call-back", actor_name="Ava"
    )
    AttributeDefinition.objects.get_or_create(
        key="points", defaults={"label": "Points", "value_type": "whole"}
    )
    orders_and_reports(customer)
    purpose, _ = ConsentPurpose.objects.get_or_create(key="news", name="News")
    Consent.objects.create(
        party=party, purpose=purpose, given=True, captured_by="Ava", source="phone"
    )
    run = ImportRun.objects.create(kind="customers", file_name="churn.csv", state="failed")
    ImportedRecord.objects.create(run=run, line=2, customer_id=customer.pk, row={"id": mark})
    ImportProblem.objects.create(run=run, line=3, reason="No number.")
    an_import_undone(run, customer)
    archive = ArchiveRun.objects.create(data_class="interaction", capability_version=version)
    ArchivedRecord.objects.create(
        file=ArchiveFile.objects.create(run=archive, path=f"interaction/{mark}.parquet"),
        data_class="interaction",
        source_id=customer.pk,
        public_id=customer.public_id,
        customer_id=customer.pk,
        happened_at=timezone.now(),
        label="Priya asked for a refund",
        content_hash="0" * 64,
        acceptance_basis="silence",
        capability_version=version,
    )
    return customer


def an_import_undone(run: ImportRun, customer: Customer) -> None:
    """A row in every table that an import and its undoing leave behind."""
    ImportMapping.objects.create(name=f"Sign-ups {customer.pk}", columns=["id"])
    ImportKept.objects.create(
        run=run, line=2, customer_id=customer.pk, outcome="kept", reason="Edited since."
    )
    ImportChange.objects.create(
        run=run,
        customer_id=customer.pk,
        table="customers_customer",
        row_id=customer.pk,
        how="changed",
    )


def orders_and_reports(customer: Customer) -> None:
    """A row in every table of orders and reports."""
    mark, day = str(customer.pk), timezone.localdate()
    order = an_order(customer)
    OrderNews.objects.create(
        order=order,
        customer=customer,
        source="shop",
        event_id=mark,
        kind="contract",
        occurred_at=timezone.now(),
    )
    OrderedThing.objects.create(
        customer=customer,
        source="shop",
        kind="account",
        external_id=mark,
        account=customer.accounts.all()[0],
    )
    RecordedItem.objects.create(
        customer=customer, key="building_access", value="Caretaker", recorded_by="Ava"
    )
    CompletionStep.objects.create(order=order, step="training", state="done", by="Ava")
    need = ReportNeed.objects.create(
        customer=customer,
        kind="sla",
        period="month",
        format="pdf",
        recipients=["reports@example.org"],
        next_from=day,
        next_until=day + timedelta(days=30),
    )
    report = Report.objects.create(need=need, since=day, until=day, due_at=timezone.now())
    ReportDelivery.objects.create(report=report, recipient="reports@example.org")


@pytest.fixture
def version() -> Any:
    load_baselines()
    return CapabilityVersion.objects.first()


def test_administrator_lists_opens_and_follows_every_record(
    ada: Client, version: Any, subtests: pytest.Subtests
) -> None:
    full_record(version)

    for model in MODELS:
        with subtests.test(model._meta.model_name):
            row = first(model)
            assert ada.get(page(model)).status_code == 200
            assert ada.get(page(model, "change", row.pk)).status_code == 200
            assert ada.get(page(model, "history", row.pk)).status_code == 200
            assert ada.get(page(model), {"q": "12345678901234567890"}).status_code == 200
            assert ada.get(page(model), {"q": "Priya"}).status_code == 200


def test_nothing_is_deleted(ada: Client, version: Any, subtests: pytest.Subtests) -> None:
    full_record(version)

    for model in MODELS:
        with subtests.test(model._meta.model_name):
            where = page(model, "delete", first(model).pk)
            assert ada.post(where, {"post": "yes"}).status_code == 403
            assert "delete_selected" not in ada.get(page(model)).content.decode()


def test_a_longer_list_asks_no_more_questions(ada: Client, version: Any) -> None:
    full_record(version)
    for model in MODELS:
        ada.get(page(model))
    short = questions(ada)
    for _ in range(3):
        full_record(version)

    assert questions(ada) == short


def questions(browser: Client) -> dict[str, int]:
    """How many statements each list costs."""
    asked = {}
    for model in MODELS:
        with CaptureQueriesContext(connection) as queries:
            browser.get(page(model))
        asked[model.__name__] = len(queries)
    return asked


def test_staff_without_the_permission_and_clerks_without_staff_stay_outside(
    client: Client, subtests: pytest.Subtests
) -> None:
    staff = a_staff_browser()

    for model in MODELS:
        with subtests.test(model._meta.model_name):
            assert staff.get(page(model)).status_code == 403
            assert client.get(page(model)).status_code == 302


@pytest.mark.parametrize(
    ("_case", "term"),
    [("name", "priya"), ("e-mail", "priya@example.org"), ("phone, any notation", "07700 900123")],
)
def test_a_customer_is_found_as_in_the_search_box(ada: Client, _case: str, term: str) -> None:
    wanted = a_customer(email="priya@example.org", phone="+447700900123")
    a_customer(party=a_party(given_name="Tom", family_name="Moss"))

    found = ada.get(CUSTOMERS, {"q": term}).context["cl"].result_list

    assert [one.pk for one in found] == [wanted.pk]


def changed(ada: Client, row: Customer | Party, **fields: Any) -> Any:
    """Send the change form as it came, with these fields changed."""
    where = page(type(row), "change", row.pk)
    form = ada.get(where).context["adminform"].form
    sent = {
        name: value
        for name in form.fields
        if (value := form.get_initial_for_field(form.fields[name], name)) is not None
    }
    if "since" in form.fields:
        sent |= {"since_0": "", "since_1": ""}
    return ada.post(where, sent | fields)


@pytest.mark.req("R-CIM-6")
def test_a_plain_attribute_is_changed_by_the_process(ada: Client) -> None:
    customer = a_customer()

    answer = changed(ada, customer, name="Priya Rao", care_note="Prefers mornings")

    customer.refresh_from_db()
    event = OutboxEvent.objects.get()
    assert answer.status_code == 302
    assert (customer.name, customer.care_note) == ("Priya Rao", "Prefers mornings")
    assert event.payload == {"customer_id": customer.pk, "changed": ["care_note", "name"]}
    assert ada.get(CUSTOMERS, {"q": "rao"}).context["cl"].result_count == 1


def test_history_says_who_changed_what_and_why(ada: Client) -> None:
    party = a_party()

    changed(ada, party, family_name="Rao")

    said = ada.get(page(Party, "history", party.pk)).content.decode()
    assert all(word in said for word in ("Nair", "Rao", "back-office-cleansing", "user"))
    assert f"aggregate=party%3A{party.pk}" in said or f"aggregate=party:{party.pk}" in said


def test_care_team_is_changed_by_the_process(ada: Client) -> None:
    customer, team = a_customer(), a_team()

    changed(ada, customer, care_team=str(team.pk))

    customer.refresh_from_db()
    assert customer.care_team_id == team.pk


def test_state_cannot_be_written(ada: Client) -> None:
    customer = a_customer()

    changed(ada, customer, status="terminated", end_reason="fraud", number="X-1")

    before, customer = customer, Customer.objects.get(pk=customer.pk)
    assert (customer.status, customer.number) == ("active", before.number)
    assert OutboxEvent.objects.exists() is False


def test_what_the_process_refuses_stands_in_the_form_and_nothing_is_written(ada: Client) -> None:
    party = a_party(birth_date="1980-05-01")

    answer = changed(ada, party, death_date="1979-01-01", title="Dr")

    party.refresh_from_db()
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert (party.title, party.death_date) == ("", None)


def test_a_change_made_meanwhile_is_not_written_over(ada: Client) -> None:
    customer = a_customer()
    Customer.objects.filter(pk=customer.pk).update(care_note="Theirs")

    answer = changed(ada, customer, care_note="Ours", seen_revision="1")

    customer.refresh_from_db()
    assert customer.care_note == "Theirs"
    assert "Somebody changed this record meanwhile" in answer.content.decode()


def test_right_to_the_model_alone_is_not_the_right_of_the_process() -> None:
    clerk = a_staff_browser(
        "view_customer", "change_customer", "view_all_customers", "view_personal_data"
    )
    customer = a_customer()

    answer = changed(clerk, customer, care_note="Ours")

    customer.refresh_from_db()
    assert (answer.status_code, customer.care_note) == (403, "")


def test_ended_by_the_action_with_its_reason(ada: Client) -> None:
    customer = a_customer()

    ada.post(
        CUSTOMERS,
        {"action": "terminate", "reason": "fraud", "_selected_action": [customer.pk]},
    )

    customer.refresh_from_db()
    assert (customer.status, customer.end_reason) == ("terminated", "fraud")


def test_ending_without_a_reason_is_refused_in_words(ada: Client) -> None:
    customer = a_customer()

    answer = ada.post(
        CUSTOMERS, {"action": "terminate", "_selected_action": [customer.pk]}, follow=True
    )

    customer.refresh_from_db()
    assert customer.status == "active"
    assert f"Customer {customer.pk}: Say why" in answer.content.decode()


def test_too_many_rows_at_once_are_refused(ada: Client) -> None:
    Customer.objects.bulk_create(
        Customer(number=f"M-{at}", name="Many", status="active") for at in range(201)
    )

    ada.post(
        CUSTOMERS,
        {
            "action": "terminate",
            "reason": "fraud",
            "select_across": "1",
            "_selected_action": [Customer.objects.first().pk],  # type: ignore[union-attr]  # made above
        },
    )

    assert Customer.objects.filter(status="terminated").exists() is False


def test_a_hold_is_released_by_the_action(ada: Client) -> None:
    hold = Hold.objects.create(customer=a_customer(), kind="dispute", reference="D-1")

    ada.post(page(Hold), {"action": "release", "_selected_action": [hold.pk]})

    hold.refresh_from_db()
    assert hold.released_at is not None


def test_actions_are_not_offered_without_their_permission(version: Any) -> None:
    auditor = a_staff_browser(role="auditor")
    full_record(version)

    for model, action in (
        (Customer, "terminate"),
        (Hold, "release"),
        (ArchivedRecord, "restore"),
        (ImportRun, "resume"),
    ):
        row: Any = model._default_manager.first()
        auditor.post(page(model), {"action": action, "_selected_action": [row.pk]})

    assert Customer.objects.filter(status="terminated").exists() is False
    assert Hold.objects.filter(released_at=None).count() == 1
    assert ArchivedRecord.objects.get().restored_at is None


def test_a_damaged_archive_refuses_to_give_back(ada: Client, version: Any) -> None:
    full_record(version)
    record = ArchivedRecord.objects.get()

    answer = ada.post(
        page(ArchivedRecord),
        {"action": "restore", "_selected_action": [record.pk]},
        follow=True,
    )

    record.refresh_from_db()
    assert record.restored_at is None
    assert f"Archived record {record.pk}:" in answer.content.decode()


def test_an_import_that_is_done_does_not_go_on(ada: Client) -> None:
    run = ImportRun.objects.create(kind="customers", file_name="a.csv", state="done", path="x")

    answer = ada.post(
        page(ImportRun), {"action": "resume", "_selected_action": [run.pk]}, follow=True
    )

    assert "that was cut off goes on" in answer.content.decode()


def test_each_look_at_people_is_recorded(ada: Client) -> None:
    customer = a_customer()

    ada.get(CUSTOMERS)
    ada.get(page(Customer, "change", customer.pk))

    looks = Access.objects.order_by("pk").values_list("subject", "subject_ids", "purpose")
    assert list(looks) == [("customer", [customer.pk], "administration")] * 2


def test_people_are_masked_for_an_auditor(version: Any, subtests: pytest.Subtests) -> None:
    auditor = a_staff_browser(role="auditor")
    full_record(version)

    for model in MODELS:
        with subtests.test(model._meta.model_name):
            row = first(model)
            pages = [page(model)]
            pages += [page(model, kind, row.pk) for kind in ("change", "history")]
            shown = "".join(auditor.get(where).content.decode() for where in pages)
            assert not [word for word in ("Priya", "Nair", "900123", "@example") if word in shown]
    assert Access.objects.exists() is False


def test_an_auditor_changes_nothing(version: Any) -> None:
    auditor = a_staff_browser(role="auditor")
    customer = full_record(version)

    answer = auditor.post(page(Customer, "change", customer.pk), {"name": "X"})

    customer.refresh_from_db()
    assert (answer.status_code, customer.name) == (403, "Priya Nair")


def test_hands_of_a_team_end_at_their_customers() -> None:
    clerk = a_staff_browser("view_customer", "view_account")
    customer = a_customer()
    Account.objects.create(customer=customer, number="A-1")

    assert clerk.get(CUSTOMERS).context["cl"].result_count == 0
    assert clerk.get(page(Account)).context["cl"].result_count == 0
    assert clerk.get(page(Customer, "change", customer.pk)).status_code == 302
