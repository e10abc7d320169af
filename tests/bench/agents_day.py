"""The agent's pages and a partner's contact, of the very statements they make by raw psycopg.

The floor of a page is every question it asks, session and permissions among them, asked again in
the same session with the same text and values, bound the same way, all rows fetched: what the page
costs beyond it is our own code and its templates. Counts and figures that are one statement in the
page are one statement in the floor. The row that says who looked is written by the page alone.
The floor of a contact is every statement that wrote or read for it, without savepoints and without
the reason that is put before each change for the history.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.types.string import StrDumper

from tests.bench.ratio import Ratio, in_turn, spent

# A cursor of the class that ran it, so that what the server plans once is planned once here too.
_Made = tuple[type[Any], Any, Any]

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
    with _noted() as made:
        ours()
    asked = [one for one in made if str(one[1]).lstrip().startswith(("SELECT", "WITH"))]
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
    with _noted() as noted:
        _taken_back(post)
    # Raw psycopg has one transaction and no use for places to go back to.
    back = ("SAVEPOINT", "RELEASE", "ROLLBACK")
    made = [one for one in noted if not str(one[1]).startswith(back)]

    def again() -> None:
        # The same ids as then, so that every statement finds its rows.
        _run(places)
        _run(made)

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


@contextmanager
def _noted() -> Iterator[list[_Made]]:
    """Every statement that is made meanwhile, as it was handed to the driver."""
    made: list[_Made] = []

    def note(execute: Any, statement: Any, parameters: Any, many: bool, context: Any) -> Any:
        made.append((type(context["cursor"].cursor), statement, parameters))
        return execute(statement, parameters, many, context)

    with connection.execute_wrapper(note):
        yield made


def _run(statements: list[_Made]) -> None:
    for kind, statement, parameters in statements:
        with kind(connection.connection) as cursor:
            if kind is psycopg.Cursor:
                # As the product's own statements that the server binds.
                cursor.adapters.register_dumper(str, StrDumper)
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()


def _taken_back(act: Callable[[], None]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def _sequences() -> list[_Made]:
    """Statements that put every sequence where it is now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('SELECT setval(%L, %s)', schemaname || '.' || sequencename, last_value)"
            " FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename ~"
            " '^(interactions|events|customers|audit|tmf|web)_'"
        )
        return [(psycopg.ClientCursor, row[0], None) for row in cursor.fetchall()]
