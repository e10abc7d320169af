"""Figures on the page: each with its base, its definition and its rows."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def test_too_few_rows_are_said_instead_of_a_percentage() -> None:
    client, _user = a_desk(role="team-lead")
    an_interaction(ago=timedelta(hours=3))

    page = client.get("/performance?period=month")

    first = page.context["stats"][0]
    assert (first["value"], first["sub"]) == ("too few", "0 of 1")


def test_enough_rows_give_the_share_with_its_base() -> None:
    client, _user = a_desk(role="team-lead")
    for _each in range(30):
        an_interaction(ago=timedelta(hours=2))

    page = client.get("/performance?period=month")

    first = page.context["stats"][0]
    assert (first["value"], first["sub"]) == ("0.0%", "0 of 30")
    html = page.content.decode()
    assert "met ÷ (met + missed)" in html
    assert "n 30, left out 0." in html
    # None of them is resolved: no median, and they are not left out.
    assert "Fewer than half were resolved within 2 h" in html
    assert "Still open: 30." in html
    assert page.context["lasting"] is not None


def test_a_figure_opens_its_rows() -> None:
    client, _user = a_desk(role="team-lead")
    an_interaction(ago=timedelta(hours=3), subject="late")
    an_interaction(subject="fresh")

    rows = client.get("/performance/rows?period=month&show=missed").context["rows"]

    assert [row["one"].subject for row in rows] == ["late"]


def test_the_rows_say_of_which_time_and_which_slice_they_are() -> None:
    client, _user = a_desk(role="team-lead")

    html = client.get("/performance/rows?period=month&on=2026-10-05&channel=web").content.decode()

    assert "October 2026 · Web form" in html


def test_slices_stand_in_the_address() -> None:
    client, _user = a_desk(role="team-lead")
    an_interaction(ago=timedelta(hours=3), channel="web")
    an_interaction(ago=timedelta(hours=3))

    page = client.get("/performance?period=month&channel=web&vertical=x&team=y&on=never")

    assert page.context["figures"]["S-1"]["n"] == 1
    assert page.context["filtered"] is True


@pytest.mark.parametrize(
    "asked", ["on=0001-01-05", "on=0001-01-05&period=month", f"segment={'%E6%97%A5' * 120}"]
)
def test_whatever_the_address_says_there_is_a_page(asked: str) -> None:
    client, _user = a_desk(role="team-lead")

    assert client.get(f"/performance?{asked}").status_code == 200


@pytest.mark.parametrize("path", ["/performance", "/performance/rows"])
def test_without_the_right_there_is_no_figure(path: str) -> None:
    client, _user = a_desk(role="agent")

    assert client.get(path).status_code == 403
