"""Files of lists: complete, harmless, recorded, and for one person."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.access import Actor, actor_for
from crm.accounts.models import User
from crm.audit.models import Access
from crm.errors import RuleBroken
from customers.models import ListExport
from customers.processes.export_customers import (
    ask_export,
    export_of,
    forget_exports,
    path_of,
    waiting_exports,
    write_export,
)
from tests.customers.factories import a_customer, a_user, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-7")]


@pytest.fixture
def person() -> User:
    return a_user(role="data-steward")


@pytest.fixture
def steward(person: User) -> Actor:
    return actor_for(person)


def _written(steward: Actor, query: str = "", columns: str = "name,number") -> ListExport:
    export = ask_export(
        query=query, columns=columns.split(","), purpose="Audit 2026", actor=steward
    )
    assert write_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def _rows(export: ListExport) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path_of(export).read_text(encoding="utf-8-sig"))))


def test_the_file_holds_the_list_as_it_was_shown(steward: Actor) -> None:
    a_customer(name="Ann Moss", number="C-1", status="prospect")
    a_customer(name="Bo Reid", number="C-2")

    export = _written(steward, "status=prospect")

    assert _rows(export) == [["Customer", "Number"], ["Ann Moss", "C-1"]]
    assert (export.state, export.rows, len(export.sha256)) == ("ready", 1, 64)


def test_more_than_one_chunk_goes_in_once(steward: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.processes.export_customers._CHUNK", 4)
    for at in range(10):
        a_customer(name=f"Twin {at % 2}", number=f"C-{at}")

    rows = _rows(_written(steward, "order=name"))

    assert sorted(number for _name, number in rows[1:]) == [f"C-{at}" for at in range(10)]


def test_every_record_in_the_file_is_in_the_log_of_exports(steward: Actor) -> None:
    customer = a_customer()

    _written(steward)

    access = Access.objects.get(action="export", subject="customer")
    assert access.subject_ids == [customer.pk]
    assert (access.actor_id, access.purpose) == (steward.pk, "Audit 2026")


@pytest.mark.parametrize("evil", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_cell_runs_as_a_formula(evil: str, steward: Actor) -> None:
    a_customer(name=evil)

    (_head, (cell, _number)) = _rows(_written(steward))

    assert cell == f"'{evil}"


def test_whoever_may_not_see_people_takes_out_initials(person: User) -> None:
    a_customer(name="Ann Moss")
    nosy = a_user("customers.view_customer", "customers.view_all_customers",
                  "customers.export_customers")  # fmt: skip

    export = _written(actor_for(nosy))

    assert _rows(export)[1][0] == "A. M."


def test_a_purpose_is_needed(steward: Actor) -> None:
    with pytest.raises(RuleBroken, match="what the file is for"):
        ask_export(query="", columns=(), purpose=" ", actor=steward)


def test_exporting_needs_its_permission() -> None:
    with pytest.raises(PermissionDenied):
        ask_export(query="", columns=(), purpose="x", actor=an_agent("customers.view_customer"))


def test_a_role_lost_since_asking_writes_no_file(person: User, steward: Actor) -> None:
    export = ask_export(query="", columns=(), purpose="x", actor=steward)
    person.groups.clear()

    with pytest.raises(PermissionDenied):
        write_export(export_id=export.pk)

    export.refresh_from_db()
    assert export.state == "failed"
    assert not list(path_of(export).parent.glob(f"{export.public_id}*"))


def test_a_worker_that_died_is_followed_by_another(steward: Actor) -> None:
    a_customer()
    export = ask_export(query="", columns=(), purpose="x", actor=steward)
    held = timezone.now() + timedelta(minutes=5)
    ListExport.objects.update(state="writing", leased_until=held)

    assert not write_export(export_id=export.pk)
    assert waiting_exports() == []
    ListExport.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    assert waiting_exports() == [export.pk]
    assert write_export(export_id=export.pk)


def test_files_are_removed_after_a_week(steward: Actor) -> None:
    export = _written(steward)
    assert forget_exports() == 0
    week = timedelta(days=8)
    ListExport.objects.update(created_at=timezone.now() - week, ready_at=timezone.now() - week)

    assert forget_exports() == 1
    assert not path_of(export).exists()


def test_the_file_is_for_who_asked_only(steward: Actor) -> None:
    export = _written(steward)

    with pytest.raises(ListExport.DoesNotExist):
        export_of(public_id=export.public_id, actor=actor_for(a_user(role="privacy-officer")))


def test_from_the_list_to_the_file_on_the_page(person: User) -> None:
    a_customer(name="Ann Moss")
    client = Client()
    client.force_login(person)
    asked = {"query": "", "columns": "name"}
    assert (
        "What is the file for" in client.post(reverse("customers:export"), asked).content.decode()
    )
    missing = client.post(reverse("customers:export"), asked | {"purpose": ""})
    assert missing.status_code == 422

    client.post(reverse("customers:export"), asked | {"purpose": "Audit"})
    export = ListExport.objects.get()
    early = client.get(reverse("customers:download_export", args=[export.public_id]))
    write_export(export_id=export.pk)
    page = client.get(reverse("customers:exports")).content.decode()
    file = client.get(reverse("customers:download_export", args=[export.public_id]))

    assert early.status_code == 409
    assert "Audit" in page
    assert "Ann Moss" in b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a FileResponse
    assert file["Content-Disposition"].startswith("attachment")
