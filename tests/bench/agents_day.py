"""The agent's pages and a partner's contact, of the very statements they make by raw psycopg."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.bench.ratio import Ratio, in_turn, spent

_ROUNDS = 25
_CONTACTS = "/tmf-api/partyInteraction/v4/partyInteraction"
_PAGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("desk", "/desk", {}),
    (
        "queue, everything that is open",
        "/desk?tab=all",
        {"HX-Request": "true", "HX-Target": "queue"},
    ),
    ("queue, at risk", "/desk?tab=risk", {"HX-Request": "true", "HX-Target": "queue"}),
)


def measure() -> list[Ratio]:
    from django.conf import settings
    from django.test import Client

    from crm.accounts.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="bench-1"))
    pages = [_page(client, title, path, headers) for title, path, headers in _PAGES]
    return [*pages, _contact()]


def _page(client: Any, title: str, path: str, headers: dict[str, str]) -> Ratio:
    def ours() -> None:
        answer = client.get(path, headers=headers)
        if answer.status_code != 200:  # anything else is no page
            raise SystemExit(f"{path} answered {answer.status_code}.")

    ours()
    with CaptureQueriesContext(connection) as captured:
        ours()
    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    page, floor = in_turn(ours, lambda: _run(asked), rounds=_ROUNDS, clock=spent)
    return Ratio(
        f"{title}, of its own {len(asked)} statements",
        page / floor,
        3,
        False,
        f"{page * 1000:.1f} ms of {floor * 1000:.1f} ms",
    )


def _contact() -> Ratio:
    """POST of a contact with its clocks and events; both ways are taken back."""
    from django.test import Client

    from tests.bench.partner_face import _token

    client, headers = Client(), {"Authorization": f"Bearer {_token()}"}
    body = {"channel": [{"id": "phone"}], "direction": "inbound", "reason": "Slow internet"}

    def post() -> None:
        answer = client.post(
            _CONTACTS, body, content_type="application/json",
            headers=headers | {"Idempotency-Key": uuid.uuid4().hex},
        )  # fmt: skip
        if answer.status_code != 201:  # anything else made nothing
            raise SystemExit(f"POST answered {answer.status_code}: {answer.content[:200]!r}")

    _taken_back(post)
    places = _sequences()
    made: list[tuple[Any, Any]] = []

    def noted(execute: Any, statement: Any, parameters: Any, many: bool, context: Any) -> Any:
        # Raw psycopg has one transaction and no use for places to go back to.
        if not str(statement).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            made.append((statement, parameters))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(noted):
        _taken_back(post)

    def again() -> None:
        # The same ids as then, so that every statement finds its rows.
        _run(places)
        _run_with(made)

    ours, floor = in_turn(
        lambda: _taken_back(post), lambda: _taken_back(again), rounds=_ROUNDS, clock=spent
    )
    return Ratio(
        f"POST partyInteraction, of its {len(made)} statements by raw psycopg",
        floor / ours,
        0.4,
        True,
        f"{ours * 1000:.1f} ms of {floor * 1000:.1f} ms",
    )


def _run(statements: list[str]) -> None:
    _run_with([(statement, None) for statement in statements])


def _run_with(statements: list[tuple[Any, Any]]) -> None:
    with connection.connection.cursor() as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()


def _taken_back(act: Callable[[], None]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def _sequences() -> list[str]:
    """Statements that put every sequence where it is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('SELECT setval(%L, %s)', schemaname || '.' || sequencename, last_value)"
            " FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename ~"
            " '^(interactions|events|customers|audit|tmf|web)_'"
        )
        return [row[0] for row in cursor.fetchall()]
