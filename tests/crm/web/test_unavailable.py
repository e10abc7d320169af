"""Without its database a page says so and comes back by itself; a restart is hardly noticed."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client

from crm.web import errors
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(a_user(role="administrator"))
    return client


@contextmanager
def the_database_away() -> Iterator[None]:
    """Its socket is not there, as while the server restarts."""
    there = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = there


def test_a_page_says_so_asks_again_by_itself_and_recovers(client: Client) -> None:
    with the_database_away():
        answer = client.get("/preferences")

    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database does not answer" in html
    assert answer["Refresh"] == "10"
    assert client.get("/preferences").status_code == 200


def test_what_was_sent_is_not_sent_again_by_itself(client: Client) -> None:
    with the_database_away():
        answer = client.post("/preferences", {})

    assert answer.status_code == 503
    assert "Refresh" not in answer


def test_a_fragment_that_polls_leaves_the_page_as_it_is(client: Client) -> None:
    with the_database_away():
        polled = client.get("/preferences", headers={"HX-Request": "true"})
        sent = client.post("/preferences", {}, headers={"HX-Request": "true"})

    assert (polled.status_code, polled.content) == (503, b"")
    assert (sent.status_code, sent["HX-Retarget"]) == (503, "#toasts")


def test_the_first_page_after_a_restart_is_answered(client: Client) -> None:
    assert client.get("/preferences").status_code == 200
    given = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(
        **{key: given[key] for key in wanted if given.get(key)}, autocommit=True
    ) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    # What every request begins with, and the test client leaves out.
    close_old_connections()
    assert client.get("/preferences").status_code == 200


def test_a_statement_the_database_refuses_is_a_fault_of_ours(client: Client) -> None:
    refused = OperationalError("canceling statement due to statement timeout")
    refused.__cause__ = psycopg.errors.QueryCanceled()

    assert errors._database_is_away(refused) is False
