"""Figures over the API: the catalogue, one figure of a window, and its parts."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from crm.audit.models import Access
from interactions.governed import kpis
from interactions.models import Improvement, KeptFigure
from readiness.registry.measures import measured
from tests.crm.tmf.partners import a_partner
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db
MAY = "interactions.report_interaction"


@pytest.fixture(autouse=True)
def _matters() -> None:
    governed()
    an_interaction(ago=timedelta(days=2), channel="web")
    an_interaction(ago=timedelta(days=3))
    an_interaction(ago=timedelta(days=3))


def _get(path: str, permission: str = MAY, seen: str = "", **asked: str) -> Any:
    headers = {"If-None-Match": seen} if seen else {}
    return a_partner(permission).get(f"/api/v1/kpis{path}?{urlencode(asked)}", **headers)


def _days(**more: str) -> dict[str, str]:
    today = timezone.localdate()
    return {"from": str(today - timedelta(days=7)), "to": str(today), **more}


def test_the_catalogue_says_what_each_figure_counts() -> None:
    answer = _get("")

    told = {one["id"]: one for one in answer.json()["kpi"]}
    assert set(told) == {measure.key for measure in kpis.EVERY}
    assert told["C-4"]["maturesAfterDays"] == 7
    assert told["S-1"]["definition"].startswith("Clocks whose due time")


@pytest.mark.req("R-TMI-12")
def test_a_figure_equals_its_measure_and_its_parts_add_up() -> None:
    answer = _get("/C-1", **_days(by="channel"))

    body = answer.json()
    parts = {one["of"]: one["n"] for one in body["slice"] if one["n"]}
    assert (body["value"], body["complete"], parts) == (3, True, {"web": 1, "email": 2})
    assert body["detail"]["by_channel"] == {"web": 1, "email": 2}


@pytest.mark.req("R-TMI-12")
def test_a_window_between_calendar_days_is_asked_of_the_rows() -> None:
    now = timezone.now()
    a, b = now - timedelta(days=2, hours=12), now - timedelta(hours=1)

    body = _get("/C-1", **{"from": a.isoformat(), "to": b.isoformat()}).json()

    assert body["value"] == measured(kpis.CONTACTS, a=a, b=b)["value"] == 1


def test_what_was_seen_before_is_not_sent_again() -> None:
    tag = _get("/S-1", **_days())["ETag"]

    again = _get("/S-1", seen=tag, **_days())

    assert (again.status_code, again.content) == (304, b"")


def test_a_table_is_no_formula_and_its_taking_is_on_record() -> None:
    answer = _get("/C-1", **_days(by="rule"), **{"as": "csv"})

    lines = answer.content.decode().splitlines()
    assert lines[0] == "kpi,from,to,of,value,n,excluded"
    assert lines[1].startswith("C-1,")
    assert Access.objects.get(action="export").subject == "figure"


def test_a_slice_with_a_long_name_is_answered_and_not_kept() -> None:
    answer = _get("/C-1", **_days(segment="日" * 120))

    assert (answer.status_code, answer.json()["n"]) == (200, 0)
    assert not KeptFigure.objects.filter(measure="C-1").exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "yesterday", "to": "2026-11-01"}, "from"),
        ({"from": "2026-11-01T10:00:00", "to": "2026-11-02"}, "from"),
        ({"from": "2026-11-08", "to": "2026-11-01"}, "to"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, "to"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "to"),
        ({"by": "customer"}, "by"),
        ({"team": "first"}, "team"),
    ],
)
def test_what_cannot_be_asked_is_named(asked: dict[str, str], field: str) -> None:
    answer = _get("/S-1", **asked)

    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_an_unknown_figure_is_not_there() -> None:
    assert _get("/X-9").status_code == 404


@pytest.mark.parametrize("path", ["", "/S-1"])
def test_figures_need_their_permission(path: str) -> None:
    assert _get(path, "customers.view_customer").status_code == 403


@pytest.mark.req("R-TMI-13")
def test_improvements_are_told_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.api.kpis.views._PAGE", 1)
    told = {"signal": "seen", "measure": "S-1", "title": "Late"}
    first, second = (Improvement.objects.create(slice={"team": n}, **told) for n in (1, 2))
    partner = a_partner("interactions.view_improvement")

    newest = partner.get("/api/v1/improvements?state=open").json()["improvement"]
    older = partner.get(f"/api/v1/improvements?after={second.public_id}").json()["improvement"]

    assert [one["id"] for one in newest] == [str(second.public_id)]
    assert [(one["id"], one["dimension"]) for one in older] == [(str(first.public_id), {"team": 1})]
    assert partner.get("/api/v1/improvements?after=x").status_code == 400


def test_improvements_need_their_permission() -> None:
    assert a_partner(MAY).get("/api/v1/improvements").status_code == 403
