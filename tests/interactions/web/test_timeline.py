"""Interactions on the customer page."""

from datetime import timedelta

import pytest

from interactions.processes.close_interaction import complete
from tests.customers.factories import a_customer
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_contacts_of_all_channels_stand_on_one_line_newest_first() -> None:
    client, _user = a_desk()
    customer = a_customer()
    an_interaction(customer=customer, subject="mail", ago=timedelta(days=2))
    an_interaction(customer=customer, subject="call", channel="phone")
    an_interaction(subject="somebody else's")

    found = client.get(f"/customers/{customer.pk}/timeline").context["entries"]

    assert [entry.one.subject for entry in found if entry.one] == ["call", "mail"]


def test_chips_count_and_filter() -> None:
    client, _user = a_desk()
    customer = a_customer()
    for _each in range(2):
        an_interaction(customer=customer)
    an_interaction(customer=customer, channel="phone", subject="call")

    context = client.get(f"/customers/{customer.pk}/timeline?show=phone").context

    assert [(chip["label"], chip["n"]) for chip in context["chips"]] == [
        ("Everything", 3), ("Open", 3), ("E-mail", 2), ("Phone", 1),
    ]  # fmt: skip
    assert [entry.one.subject for entry in context["entries"] if entry.one] == ["call"]


def test_no_more_contacts_are_counted_than_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.web.timeline._COUNTED", 2)
    client, _user = a_desk()
    customer = a_customer()
    for n in range(3):
        an_interaction(customer=customer, ago=timedelta(days=n))
    an_interaction(customer=customer, channel="phone")

    chips = client.get(f"/customers/{customer.pk}/timeline").context["chips"]

    assert [(chip["label"], chip["n"]) for chip in chips] == [
        ("Everything", 2), ("Open", 2), ("E-mail", 1), ("Phone", 1),
    ]  # fmt: skip


def test_older_contacts_follow_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.web.timeline.PAGE", 2)
    client, _user = a_desk()
    customer = a_customer()
    for n in range(3):
        an_interaction(customer=customer, subject=str(n), ago=timedelta(days=n))

    first = client.get(f"/customers/{customer.pk}/timeline").context
    rest = client.get(f"/customers/{customer.pk}/timeline", {"after": first["older"]}).context

    assert [e.one.subject for e in first["entries"] if e.one] == ["0", "1"]
    assert [e.one.subject for e in rest["entries"] if e.one] == ["2"]


def test_what_matters_now_is_open_and_soonest_first() -> None:
    client, _user = a_desk()
    customer = a_customer()
    done = an_interaction(customer=customer, subject="done")
    complete(interaction_id=done.pk, outcome="resolved", actor=a_worker())
    an_interaction(customer=customer, subject="fresh")
    an_interaction(customer=customer, subject="late", ago=timedelta(hours=3))

    rows = client.get(f"/customers/{customer.pk}/matters").context["rows"]

    assert [row.interaction.subject for row in rows] == ["late", "fresh"]


def test_panels_are_on_the_customer_page() -> None:
    client, _user = a_desk()
    customer = a_customer()

    html = client.get(f"/customers/{customer.pk}/").content.decode()

    assert f"/customers/{customer.pk}/timeline" in html
    assert f"/customers/{customer.pk}/matters" in html


def test_search_box_opens_an_interaction_by_its_id() -> None:
    client, _user = a_desk()
    one = an_interaction()

    answer = client.get("/search", {"q": f"INT-{one.pk}"})

    assert answer["Location"] == f"/interactions/{one.public_id}"


def test_without_the_right_nothing_is_shown() -> None:
    client, _user = a_desk(role="")
    customer = a_customer()

    assert client.get(f"/customers/{customer.pk}/timeline").status_code == 403
    assert client.get(f"/customers/{customer.pk}/matters").status_code == 403
