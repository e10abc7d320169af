"""The import wizard."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.errors import RuleBroken
from customers.models import ContactMedium, Customer, ImportMapping, ImportRun
from customers.processes.import_customers.take_in import _begin
from customers.tasks import take_in_file, try_file, undo_file
from customers.web.import_files import harmless
from tests.customers.factories import a_user
from tests.customers.processes.import_customers.test_take_in import HEADER, MAPPING, ROWS

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]

BAD = "A-3,=cmd(),,Monthly,many,No,No,5,No"


def steward() -> Client:
    client = Client()
    client.force_login(a_user(role="data-steward"))
    return client


def upload(client: Client, *rows: str, mapping: Any = MAPPING) -> Any:
    content = "\n".join([HEADER, *rows])
    return client.post(
        reverse("customers:upload"),
        {
            "file": SimpleUploadedFile("shop.csv", content.encode()),
            "mapping": SimpleUploadedFile("m.json", json.dumps(mapping).encode()),
        },
    )


def tried(client: Client, *rows: str) -> ImportRun:
    upload(client, *rows)
    run = ImportRun.objects.get()
    try_file(run.pk, a_user(role="data-steward").pk)
    run.refresh_from_db()
    return run


def shown(client: Client, run: ImportRun) -> str:
    return client.get(reverse("customers:import", args=[run.public_id])).content.decode()


def test_an_uploaded_file_waits_for_its_trial_and_says_how_far_it_is() -> None:
    client = steward()

    answer = upload(client, *ROWS)

    run = ImportRun.objects.get()
    assert answer["Location"] == reverse("customers:import", args=[run.public_id])
    html = shown(client, run)
    assert "rows so far" in html
    assert "every 2s" in html


def test_the_trial_shows_its_numbers_and_the_rows_that_need_a_person() -> None:
    client = steward()

    html = shown(client, run := tried(client, *ROWS, BAD))

    assert (run.created, run.failed) == (2, 1)
    assert "Import 2 rows" in html
    assert "Not a number" in html
    assert Customer.objects.exists() is False


def test_the_import_gives_what_the_trial_showed() -> None:
    client = steward()
    run = tried(client, *ROWS, BAD)

    client.post(reverse("customers:start_import", args=[run.public_id]))
    take_in_file(run.pk, a_user(role="data-steward").pk)

    run.refresh_from_db()
    assert (run.state, run.created, run.failed) == ("done", 2, 1)
    assert Customer.objects.count() == 2
    again = client.post(reverse("customers:start_import", args=[run.public_id]))
    assert again.status_code == 409


def test_failed_rows_come_back_harmless() -> None:
    client = steward()
    run = tried(client, BAD)

    answer: Any = client.get(reverse("customers:import_rows", args=[run.public_id]))

    text = b"".join(answer.streaming_content).decode()
    head, line = text.splitlines()
    assert head.startswith("line,reason,")
    assert "'=cmd()" in line


def test_an_import_that_stops_says_so_and_can_be_started_again() -> None:
    client = steward()
    run = tried(client, *ROWS)
    ImportRun.objects.filter(pk=run.pk).update(mapping={"schema": "spoilt"})

    with pytest.raises(Exception, match="no mapping"):
        take_in_file(run.pk, a_user(role="data-steward").pk)

    html = shown(client, run)
    assert "It stopped." in html
    ImportRun.objects.filter(pk=run.pk).update(mapping=MAPPING)
    take_in_file(run.pk, a_user(role="data-steward").pk)
    run.refresh_from_db()
    assert (run.state, run.created) == ("done", 2)


@pytest.mark.parametrize(
    ("_case", "mapping", "sentence"),
    [
        ("no mapping at all", {"a": 1}, "This is no mapping"),
        ("an unknown part", MAPPING | {"shoes": 1}, "nobody reads"),
        ("another file's columns", MAPPING | {"agreement": {"name": {"column": "x"}}}, "no column"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(
    _case: str, mapping: Any, sentence: str
) -> None:
    answer = upload(steward(), *ROWS, mapping=mapping)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert ImportRun.objects.exists() is False


def test_the_list_teaches_and_the_agent_is_refused() -> None:
    agent = Client()
    agent.force_login(a_user(role="agent"))

    assert (
        "Nothing was imported yet" in steward().get(reverse("customers:imports")).content.decode()
    )
    assert agent.get(reverse("customers:imports")).status_code == 403
    assert agent.get(reverse("customers:upload")).status_code == 403


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("customers.csv", b"%PDF-1.7\n1 0 obj\n"),
        ("customers.csv", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("customers.xlsx", b"customerID,gender\n1,Female\n"),
    ],
)
def test_what_is_no_table_is_refused_whatever_its_name(name: str, content: bytes) -> None:
    files = {
        "file": SimpleUploadedFile(name, content),
        "mapping": SimpleUploadedFile("mapping.json", json.dumps(MAPPING).encode()),
    }

    answer = steward().post(reverse("customers:upload"), files)

    assert answer.status_code == 422
    assert "This is no table" in answer.content.decode()
    assert ImportRun.objects.exists() is False


def test_another_worker_on_the_same_file_does_not_make_it_fail() -> None:
    client = steward()
    run = tried(client, *ROWS)
    user = a_user(role="data-steward").pk
    take_in_file(run.pk, user)

    stale = ImportRun(pk=run.pk, state="tried", path=run.path)
    with pytest.raises(RuleBroken) as broken:
        _begin(stale, trial=False)
    take_in_file(run.pk, user)

    run.refresh_from_db()
    assert broken.value.code == "imported-elsewhere"
    assert (run.state, run.created) == ("done", 2)


def test_a_second_worker_keeps_what_the_first_has_committed() -> None:
    run = tried(steward(), *ROWS)
    stale = ImportRun.objects.get(pk=run.pk)
    ImportRun.objects.filter(pk=run.pk).update(state="running", processed=2, created=2)

    _begin(stale, trial=False)

    run.refresh_from_db()
    assert (run.processed, run.created) == (2, 2)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd()", "'=cmd()"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+447700900123", "+447700900123"),
        ("+1-cmd()", "'+1-cmd()"),
        ("-2+3", "'-2+3"),
        (7, 7),
    ],
)
def test_a_cell_is_no_formula_and_a_number_stays_a_number(cell: Any, written: Any) -> None:
    assert harmless(cell) == written


SIGN_UPS = [
    "Customer ID,Full name,Mobile,E-Mail,DOB,Postcode,notes2",
    "S-1,Tomek Wieczorek,07700 900671,tomek.w@example.net,02/05/1984,WX4 1AB,blue case",
    "S-2,Anaïs Roche,+447700900122,,13/02/1990,WX4 2CD,",
]


def without_mapping(client: Client, *lines: str) -> ImportRun:
    file = SimpleUploadedFile("shop sign-ups.csv", "\n".join(lines).encode())
    answer = client.post(reverse("customers:upload"), {"file": file})
    run = ImportRun.objects.latest("pk")
    assert answer.headers["Location"] == reverse("customers:import_columns", args=[run.public_id])
    return run


def columns_of(client: Client, run: ImportRun, **said: str) -> Any:
    return client.post(reverse("customers:import_columns", args=[run.public_id]), said)


def test_column_without_a_name_is_told_by_its_place() -> None:
    client = steward()
    run = without_mapping(client, "Customer ID,,Full name", "S-1,x,Tomek Wieczorek")

    page = client.get(reverse("customers:import_columns", args=[run.public_id])).content.decode()

    assert "Column 2, without a name" in page


def test_columns_are_guessed_shown_and_corrected_before_anything_is_tried() -> None:
    client = steward()
    run = without_mapping(client, *SIGN_UPS)
    page = client.get(reverse("customers:import_columns", args=[run.public_id])).content.decode()

    columns_of(client, run, c6="customer.care_note")
    take_in_file(run.pk, a_user(role="data-steward").pk)

    assert "6 of 7 columns matched" in page
    assert "Tomek Wieczorek; Anaïs Roche" in page
    customer = Customer.objects.select_related("party").get(number="S-1")
    assert customer.party is not None
    assert (customer.name, customer.care_note) == ("Tomek Wieczorek", "blue case")
    assert str(customer.party.birth_date) == "1984-05-02"
    assert ContactMedium.objects.filter(normalised="+447700900671", type="mobile").exists()


def test_columns_kept_under_a_name_are_suggested_for_the_next_such_file() -> None:
    client = steward()
    columns_of(client, without_mapping(client, *SIGN_UPS), c6="party.title", keep_as="Sign-ups")

    again = without_mapping(client, *SIGN_UPS)

    kept = ImportMapping.objects.get(name="Sign-ups")
    assert again.mapping == kept.mapping
    assert again.mapping["party"]["title"] == {"column": "notes2"}
    assert "Sign-ups" in client.get(reverse("customers:upload")).content.decode()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"c0": ""}, "Say which column is the customer number"),
        ({"c6": "party.birth_date:iso"}, "cannot both become the same"),
        ({"c6": "shoe"}, "cannot become that"),
        ({"c6": "agreement.term"}, "An agreement needs a name"),
    ],
)
def test_columns_that_make_no_sense_are_refused_in_words(
    said: dict[str, str], sentence: str
) -> None:
    client = steward()
    run = without_mapping(client, *SIGN_UPS)

    answer = columns_of(client, run, **said)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    run.refresh_from_db()
    assert run.state == "uploaded"


def test_an_import_is_undone_from_its_page() -> None:
    client = steward()
    run = tried(client, *ROWS)
    user = a_user(role="data-steward").pk
    take_in_file(run.pk, user)
    assert "Undo this import" in shown(client, run)
    Customer.objects.get(number="A-1").holds.create(kind="interaction", reference="INT-1")

    client.post(reverse("customers:undo_import", args=[run.public_id]))
    undo_file(run.pk, user)

    run.refresh_from_db()
    assert (run.state, run.reversed, run.kept) == ("undone", 1, 1)
    page = shown(client, run)
    assert "Used since: hold." in page
    assert "rows that are in already stay" not in page
    assert "can be undone" not in page
    answer: Any = client.get(reverse("customers:import_kept", args=[run.public_id]))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "line,customer,outcome,reason"
    assert lines[1].endswith(",kept,Used since: hold.")


def test_a_polled_page_that_has_not_changed_is_not_sent_again() -> None:
    client = steward()
    upload(client, *ROWS)
    url = reverse("customers:import", args=[ImportRun.objects.get().public_id])
    asked = {"HX-Request": "true", "HX-Target": "run"}

    first = client.get(url, headers=asked)
    again = client.get(url, headers=asked | {"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
