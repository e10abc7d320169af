"""Where the day of each role begins, with the places that the apps really register."""

import pytest
from django.test import Client

from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("agent", "/desk"),
        ("team-lead", "/desk"),
        ("data-steward", "/imports/"),
        ("privacy-officer", "/archive/"),
        ("readiness-manager", "/readiness"),
        ("process-owner", "/readiness"),
        ("auditor", "/archive/"),
    ],
)
def test_each_role_begins_where_its_work_is(client: Client, role: str, address: str) -> None:
    client.force_login(a_user(role=role))

    assert client.get("/").headers["Location"] == address
