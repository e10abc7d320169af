import json

import pytest
from django import forms
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.middleware import RuleMiddleware

BROKEN = RuleBroken("one-digit-short", "One digit short for a UK mobile.", field="number")


def _answer(error: Exception, **headers: str) -> tuple[int, str, dict[str, str]]:
    request = RequestFactory().post("/x", headers=headers)
    request.user = None  # type: ignore[assignment]  # nobody is signed in
    response = RuleMiddleware(_never).process_exception(request, error)
    assert response is not None
    return response.status_code, response.content.decode(), dict(response.items())


def _never(request: HttpRequest) -> HttpResponse:
    raise AssertionError


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("_case", "error", "status"),
    [
        ("rule", BROKEN, 409),
        ("shape", RuleBroken("x", "y", kind="invalid"), 422),
        ("not allowed", PermissionDenied(), 403),
        ("not there", ObjectDoesNotExist(), 404),
        ("overtaken", IntegrityError(), 409),
        ("no text", DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), 400),
    ],
)
def test_htmx_gets_a_toast(_case: str, error: Exception, status: int) -> None:
    got, html, headers = _answer(error, **{"HX-Request": "true"})

    assert got == status
    assert headers["HX-Retarget"] == "#toasts"
    assert "data-toast" in html


@pytest.mark.django_db
def test_refused_field_is_named_for_the_script() -> None:
    _status, _html, headers = _answer(BROKEN, **{"HX-Request": "true"})

    assert json.loads(headers["HX-Trigger"])["field-refused"]["field"] == "number"


@pytest.mark.django_db
def test_page_from_elsewhere_is_not_a_way_back() -> None:
    status, html, _headers = _answer(BROKEN, Referer="https://evil.example/")

    assert status == 409
    assert "One digit short for a UK mobile." in html


def test_other_errors_are_left_to_django() -> None:
    assert RuleMiddleware(_never).process_exception(HttpRequest(), KeyError()) is None


def _break_the_rule() -> None:
    raise BROKEN


def test_form_takes_what_the_process_refused() -> None:
    class NumberForm(forms.Form):
        number = forms.CharField()

    form = NumberForm({"number": "0770"})
    assert form.is_valid()

    with beside(form):
        _break_the_rule()

    assert form.errors == {"number": ["One digit short for a UK mobile."]}
