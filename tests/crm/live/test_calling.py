"""Calling out: after the commit, once a transaction, and nothing fails when nobody hears."""

import socket
from typing import Any

import orjson
import pytest
import redis
from django.conf import settings as configured
from django.db import transaction
from pytest_django import Settings

from crm.live import calling
from crm.live.calling import call, call_again, channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _heard() -> None:
    call_again()


@pytest.fixture
def line() -> Any:
    client: Any = redis.Redis.from_url(configured.REDIS_URL)
    with client.pubsub(ignore_subscribe_messages=True) as line:
        line.subscribe(channel())
        line.get_message(timeout=1)
        yield line


def _heard_on(line: Any) -> list[list[str]]:
    heard = []
    while (said := line.get_message(timeout=0.3)) is not None:
        heard.append(orjson.loads(said["data"]))
    return heard


def test_transaction_is_one_message_of_what_stands(line: Any) -> None:
    with transaction.atomic():
        call(["interaction:1"])
        call(["queue:all", "interaction:1"])
        assert _heard_on(line) == []

    assert _heard_on(line) == [["interaction:1", "queue:all"]]


def test_savepoint_that_was_taken_back_takes_no_other_call_along(line: Any) -> None:
    with transaction.atomic():
        with transaction.atomic():
            call(["interaction:1"])
            transaction.set_rollback(True)
        call(["interaction:2"])

    assert "interaction:2" in [room for rooms in _heard_on(line) for room in rooms]


def test_redis_that_is_away_costs_nobody_anything(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with transaction.atomic():
        call(["interaction:1"])

    assert calling._AfterCommit.rests_until > 0
    call_again()


def test_line_that_went_stale_is_opened_anew(line: Any) -> None:
    with transaction.atomic():
        call(["interaction:1"])
    calling._line.connection._sock.shutdown(socket.SHUT_RDWR)

    with transaction.atomic():
        call(["interaction:2"])

    assert _heard_on(line) == [["interaction:1"], ["interaction:2"]]
