"""The list of customers."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.audit.models import Access
from tests.customers.factories import a_customer, a_party, a_team, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-7")]


def as_role(role: str = "agent", *permissions: str) -> Client:
    client = Client()
    client.force_login(a_user(*permissions, role=role))
    return client


def listed(client: Client, **asked: str) -> str:
    answer = client.get(reverse("customers:list"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_newest_stand_first_and_the_look_is_recorded() -> None:
    first, second = a_customer(name="Ann Moss"), a_customer(name="Bo Reid")

    html = listed(as_role())

    assert html.index("Bo Reid") < html.index("Ann Moss")
    assert Access.objects.get().subject_ids == [second.pk, first.pk]


def test_filters_narrow_the_list_and_stand_in_the_address() -> None:
    a_customer(name="Ann Moss", status="prospect")
    a_customer(name="Bo Reid", type="business")

    html = listed(as_role(), status="prospect", type="consumer")

    assert "Ann Moss" in html
    assert "Bo Reid" not in html


def test_the_text_finds_by_any_part() -> None:
    a_customer(party=a_party(given_name="Zoë", family_name="Luczak"))
    a_customer(party=a_party(given_name="Bo", family_name="Reid"))

    html = listed(as_role(), q="luc zoe")

    assert "Zoë Luczak" in html
    assert "Bo Reid" not in html


def test_pages_go_on_by_key() -> None:
    for at in range(52):
        a_customer(name=f"Number {at:02d}")
    client = as_role()

    html = listed(client)
    older = html.split("before=")[1].split('"')[0]
    deeper = listed(client, before=older)

    assert "Number 51" in html
    assert "Number 01" not in html
    assert "Number 01" in deeper


def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    client = as_role()
    counts = []
    for _ in range(2):
        for _ in range(5):
            a_customer(care_team=a_team(), care_note="Medical alarm")
        listed(client)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listed(client)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [({}, "No customer yet"), ({"status": "prospect"}, "Nobody fits")],
)
def test_an_empty_list_says_what_is_true(asked: dict[str, str], sentence: str) -> None:
    assert sentence in listed(as_role(), **asked)


def test_whoever_may_not_see_people_sees_initials() -> None:
    a_customer(name="Ann Moss")

    html = listed(as_role("auditor"))

    assert "A. M." in html
    assert "Ann Moss" not in html


def test_a_stranger_is_sent_to_sign_in_and_a_guest_is_refused() -> None:
    guest = Client()
    guest.force_login(a_user())

    assert Client().get(reverse("customers:list")).status_code == 302
    assert guest.get(reverse("customers:list")).status_code == 403


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1 OR 1=1"])
def test_a_spoilt_page_key_is_ignored(before: str) -> None:
    a_customer(name="Ann Moss")

    assert "Ann Moss" in listed(as_role(), before=before)
