import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from crm.web.page import etagged, redirect_to, wants_fragment

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("_case", "headers", "wanted"),
    [
        ("browser", {}, False),
        ("htmx", HTMX, True),
        ("boosted link", {**HTMX, "HX-Boosted": "true"}, False),
        ("going back", {**HTMX, "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_fragment_is_wanted_by_htmx_only(_case: str, headers: dict[str, str], wanted: bool) -> None:
    assert wants_fragment(RequestFactory().get("/", headers=headers)) is wanted


def test_same_content_has_the_same_etag() -> None:
    request = RequestFactory().get("/")
    first = etagged(request, HttpResponse("a"))

    again = etagged(
        RequestFactory().get("/", headers={"If-None-Match": first["ETag"]}), HttpResponse("a")
    )

    assert (first.status_code, again.status_code) == (200, 304)


def test_htmx_is_sent_on_by_header() -> None:
    answer = redirect_to(RequestFactory().post("/", headers=HTMX), "/menu")

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/menu")
