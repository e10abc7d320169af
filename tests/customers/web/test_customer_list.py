"""The list of customers."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.audit.models import Access
from crm.errors import RuleBroken
from customers.listing import Wish
from customers.models import CustomerView
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


def test_a_segment_is_said_in_words_and_asked_for_by_its_key() -> None:
    a_customer(name="Ann Moss", segment="home-plus")

    html = listed(as_role(), segment="home-plus")

    assert ">Home plus</span>" in html
    assert '<option value="home-plus" selected>Home plus</option>' in html


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
    older = re.findall(r"after=(\d+)", html)[-1]
    deeper = listed(client, after=older)

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


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "1 OR 1=1"])
def test_a_spoilt_page_key_is_ignored(after: str) -> None:
    a_customer(name="Ann Moss")

    assert "Ann Moss" in listed(as_role(), after=after)


class TestKeptLists:
    def test_a_list_is_kept_with_its_filter_and_columns(self) -> None:
        a_customer(name="Ann Moss", status="prospect")
        a_customer(name="Bo Reid")
        client = as_role()

        client.post(
            reverse("customers:keep_list"),
            {"name": "Prospects", "query": "status=prospect", "columns": "name,source"},
        )
        view = CustomerView.objects.get()
        html = listed(client, view=str(view.pk), status="prospect")

        assert view.columns == ["name", "source"]
        assert f"/customers/?status=prospect&amp;view={view.pk}" in html
        assert "Ann Moss" in html
        assert "Bo Reid" not in html
        assert ">Source<" in html
        assert 'data-l="Number"' not in html

    def test_locked_columns_stay_whatever_is_asked(self) -> None:
        a_customer(name="Ann Moss")
        as_role("data-steward").post(
            reverse("customers:keep_list"),
            {"name": "For all", "columns": "name,source", "shared": "on", "locked": "on"},
        )
        view = CustomerView.objects.get()

        html = listed(as_role(), view=str(view.pk), col="recorded")

        assert 'data-l="Source"' in html
        assert 'data-l="Recorded"' not in html

    def test_an_agent_keeps_for_themselves_only(self) -> None:
        as_role().post(reverse("customers:keep_list"), {"name": "Mine", "shared": "on"})

        assert not CustomerView.objects.get().shared
        assert "Mine" not in listed(as_role("team-lead"))

    def test_only_the_owner_forgets_a_list(self) -> None:
        owner = as_role("data-steward")
        owner.post(reverse("customers:keep_list"), {"name": "For all", "shared": "on"})
        view = CustomerView.objects.get()

        as_role().post(reverse("customers:forget_list", args=[view.pk]))
        assert CustomerView.objects.exists()
        owner.post(reverse("customers:forget_list", args=[view.pk]))
        assert not CustomerView.objects.exists()


@pytest.mark.parametrize("order", ["newest", "oldest", "name", "number"])
def test_every_order_pages_through_everybody_once(order: str) -> None:
    for at in range(60):
        a_customer(name=f"Twin {at % 7}")
    client = as_role()
    seen: list[str] = []
    after = ""
    for _page in range(2):
        html = listed(client, order=order, after=after)
        seen += re.findall(r"(T-\d{5})<", html)
        after = (re.findall(r"after=(\d+)", html) or [""])[-1]

    assert len(seen) == len(set(seen)) == 60


def test_a_filter_too_long_to_be_kept_is_refused_and_not_cut() -> None:
    wish = Wish.read({"q": "ж" * 80, "segment": "x" * 80, "order": "name", "status": "prospect"})

    with pytest.raises(RuleBroken, match="too long"):
        _ = wish.kept


def test_a_business_has_a_square_of_its_own_and_a_person_none() -> None:
    a_customer(name="Harbour Lane Dental", type="business")
    a_customer(name="Zoë Luczak")

    html = as_role().get(reverse("customers:list")).content.decode()

    assert html.count('<span class="av  org"') == 1
