"""Redis stops: agents go on working."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.core.cache import cache, caches
from django.test import Client
from structlog.testing import capture_logs

from crm import celery, embedded
from crm.accounts.models import User
from crm.cache import ask_again
from crm.celery import Sender
from crm.embedded.places import REDIS_SOCKET
from crm.tmf.throttle import Throttle
from tests.crm.web.factories import PASSWORD, a_user

CACHE = {"BACKEND": "crm.cache.Cache", "KEY_PREFIX": "outage"}


@pytest.fixture
def own_redis(shared_places: embedded.Places, settings: Any) -> Iterator[embedded.Server]:
    """A Redis that only this test uses, for the cache and as the broker."""
    server = embedded.start_redis(shared_places, throw_away=True)
    settings.CACHES = {
        "default": {**CACHE, "LOCATION": f"unix://{shared_places.sockets / REDIS_SOCKET}"}
    }
    ask_again()
    yield server
    server.stop()
    ask_again()


def the_broker_is_gone(places: embedded.Places, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Sender(
        "gone", broker=f"redis+socket://{places.sockets / REDIS_SOCKET}", set_as_current=False
    )
    monkeypatch.setattr(celery.app, "send_task", gone.send_task)


def test_cache_keeps_while_redis_runs_and_forgets_when_it_stops(
    own_redis: embedded.Server,
) -> None:
    cache.set("a", {"b": 1})
    assert cache.get("a") == {"b": 1}
    own_redis.stop()

    with capture_logs() as said:
        assert cache.get("a", "nothing") == "nothing"
        assert (cache.add("a", 1), cache.get_many(["a"]), "a" in cache) == (True, {}, False)
        assert (cache.touch("a"), cache.delete("a")) == (False, False)
        cache.clear()
        cache.set("a", 1)
        cache.set_many({"a": 1})
        cache.delete_many(["a"])
        with pytest.raises(ValueError, match="not counted"):
            cache.incr("a")

    assert [line["event"] for line in said] == ["cache.down"]


def test_cache_is_asked_again_when_redis_is_back(
    own_redis: embedded.Server, shared_places: embedded.Places
) -> None:
    own_redis.stop()
    cache.set("a", 1)
    again = embedded.start_redis(shared_places, throw_away=True)
    try:
        assert cache.get("a") is None
        ask_again()
        cache.set("a", 2)
        assert cache.get("a") == 2
    finally:
        again.stop()


@pytest.mark.django_db(transaction=True)
def test_agents_sign_in_read_and_write_without_redis(
    own_redis: embedded.Server, shared_places: embedded.Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_user("ellie", is_superuser=True)
    before = Client()
    before.post("/login", {"username": "ellie", "password": PASSWORD})
    own_redis.stop()
    the_broker_is_gone(shared_places, monkeypatch)
    with pytest.raises(OperationalError):
        celery.app.send_task("any")

    browser = Client()
    signed_in = browser.post("/login", {"username": "ellie", "password": PASSWORD})
    kept = browser.post(
        "/preferences", {"language": "en", "time_zone": "Europe/Berlin", "single_keys": "on"}
    )

    assert signed_in.status_code == 302
    assert kept.status_code in {302, 303}
    assert User.objects.get(username="ellie").time_zone == "Europe/Berlin"
    for address in ("/", "/customers/", "/admin/", "/search?q=abc", "/notices/bell"):
        assert before.get(address, follow=True).status_code == 200, address
    assert browser.post("/logout").status_code == 302
    assert browser.get("/preferences").status_code == 302


def test_partner_calls_are_let_through_while_nobody_counts(own_redis: embedded.Server) -> None:
    own_redis.stop()
    throttle = Throttle()

    assert [throttle.take("one", limit=2).limit for _ in range(5)] == [2] * 5


def test_default_cache_of_the_product_is_the_one_that_may_fail() -> None:
    assert type(caches["default"]).__module__ == "crm.cache"
