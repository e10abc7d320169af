"""The base of every admin page: cheap on large tables, branded, and good under the strict CSP."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import BooleanField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts.models import User
from crm.careful_admin import CarefulAdmin
from crm.events.models import OutboxEvent
from tests.crm.administrators import a_staff_browser
from tests.customers.factories import a_customer

pytestmark = pytest.mark.django_db

EVENTS = reverse("admin:events_outboxevent_changelist")
OURS = {
    "accounts", "audit", "customers", "events", "insight", "interactions", "readiness", "tmf",
    "web",
}  # fmt: skip


@pytest.fixture
def ada() -> Client:
    return a_staff_browser(role="administrator")


def some_events(number: int) -> None:
    OutboxEvent.objects.bulk_create(
        OutboxEvent(name="customer.created", process="1.3.6.1", aggregate=f"customer:{at}")
        for at in range(number)
    )


def test_counting_stops_at_a_thousand(ada: Client) -> None:
    some_events(1200)

    with CaptureQueriesContext(connection) as asked:
        answer = ada.get(EVENTS, {"_facets": "True"})

    counts = [one["sql"] for one in asked if "COUNT(*)" in one["sql"]]
    assert "more than 1000 events" in answer.content.decode()
    assert counts
    assert all("LIMIT 1000" in count for count in counts)


def test_an_event_is_found_by_what_it_is_about(ada: Client) -> None:
    some_events(20)

    with CaptureQueriesContext(connection) as asked:
        found = ada.get(EVENTS, {"q": "customer:7"}).context["cl"].result_list

    assert [one.aggregate for one in found] == ["customer:7"]
    assert not [one for one in asked if "LIKE" in one["sql"] and "outboxevent" in one["sql"]]


def test_no_search_of_a_large_table_scans_it() -> None:
    small = {"readiness", "accounts", "auth", "oauth2_provider"}
    scanning = [
        f"{model._meta.label}: {lookup}"
        for model, page in admin.site._registry.items()
        if model._meta.app_label not in small
        and model._meta.model_name not in {"reason", "improvement", "tag"}
        for lookup in page.search_fields
        if not str(lookup).endswith(("__exact", "__startswith"))
    ]

    assert scanning == []


def test_no_filter_reads_a_table_through_to_list_its_values(ada: Client) -> None:
    request = ada.get(EVENTS).wsgi_request
    small = {"archiverun", "clause", "hublistener", "importrun", "ortresult", "queuepace"}
    small |= {"reason", "source"}
    listing = [
        f"{model._meta.label}: {name}"
        for model, page in admin.site._registry.items()
        if model._meta.app_label in OURS and model._meta.model_name not in small
        for name in page.get_list_filter(request)
        if isinstance(name, str) and "__" not in name and listed(model._meta.get_field(name))
    ]

    assert listing == []


def listed(field: Any) -> bool:
    return not (field.choices or field.is_relation or isinstance(field, BooleanField))


def test_events_are_filtered_by_name(ada: Client) -> None:
    some_events(3)

    shown = [ada.get(EVENTS, {"name": name}) for name in ("customer.created", "party.created")]

    assert [one.context["cl"].result_count for one in shown] == [3, 0]


def test_every_model_of_ours_is_there_and_nobody_at_all_deletes(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", password="let-me-in"))
    request = client.get(reverse("admin:index")).wsgi_request
    pages = [page for model, page in admin.site._registry.items() if model._meta.app_label in OURS]

    assert not [page for page in pages if page.has_delete_permission(request)]
    assert len([page for page in pages if isinstance(page, CarefulAdmin)]) >= 40


def test_administration_carries_our_name_and_nothing_inline(ada: Client) -> None:
    some_events(1)
    change = reverse("admin:customers_customer_change", args=[a_customer().pk])

    shown = [ada.get(page) for page in (reverse("admin:index"), EVENTS, change)]

    for answer in shown:
        text = answer.content.decode()
        assert "Aldermere" in text
        assert "default-src" in answer.headers["Content-Security-Policy"]
        assert not re.findall(r"<script(?![^>]*src=)[^>]*>|<style| style=| onclick=", text)
