"""The guard against one query more per row: a page asks the same with few rows and with many."""

from collections.abc import Callable
from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readiness.registry import resolve


def queries_of(client: Client, address: str) -> list[str]:
    """What one look at a page asks the database."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return [query["sql"] for query in asked.captured_queries]


def assert_steady(client: Client, address: str, grow: Callable[[], object]) -> None:
    """The page needs no more queries after `grow` has added rows to it."""
    # What serves is read anew every few seconds: on a slow machine that is no question of the page.
    with patch.object(resolve, "_SNAPSHOT_SECONDS", 600.0):
        client.get(address)
        before = queries_of(client, address)
        grow()
        after = queries_of(client, address)

    more = "\n".join(query[:300] for query in after if query not in before)
    assert len(after) <= len(before), f"{address}: {len(before)} → {len(after)} queries\n{more}"
