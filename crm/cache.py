"""A cache that may be gone: without Redis everything is worked out anew, and nobody is refused."""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

REST_SECONDS = 5.0
# Longer than a healthy Redis ever takes; two tries, because a kept connection may be stale.
PATIENCE: dict[str, Any] = {"socket_timeout": 0.5, "retry": Retry(NoBackoff(), 1)}


class _ClientThatMayFail(RedisCacheClient):
    """Asks Redis once, and for a while not again when it fails."""

    rests_until: ClassVar[float] = 0.0

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._ask(True, super().add, key, value, timeout)

    def get(self, key: Any, default: Any) -> Any:
        return self._ask(default, super().get, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._ask(None, super().set, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._ask(False, super().touch, key, timeout)

    def delete(self, key: Any) -> Any:
        return self._ask(False, super().delete, key)

    def get_many(self, keys: Any) -> Any:
        return self._ask({}, super().get_many, keys)

    def has_key(self, key: Any) -> Any:
        return self._ask(False, super().has_key, key)

    def incr(self, key: Any, delta: Any) -> Any:
        counted = self._ask(None, super().incr, key, delta)
        if counted is None:
            raise ValueError(f"Key {key!r} is not counted: the cache does not answer.")
        return counted

    def set_many(self, data: Any, timeout: Any) -> None:
        self._ask(None, super().set_many, data, timeout)

    def delete_many(self, keys: Any) -> None:
        self._ask(None, super().delete_many, keys)

    def clear(self) -> Any:
        return self._ask(False, super().clear)

    def _ask(self, instead: Any, method: Callable[..., Any], *args: Any) -> Any:
        if time.monotonic() < _ClientThatMayFail.rests_until:
            return instead
        try:
            return method(*args)
        except RedisError as problem:
            _ClientThatMayFail.rests_until = time.monotonic() + REST_SECONDS
            structlog.get_logger(__name__).warning("cache.down", problem=str(problem))
            return instead


class Cache(RedisCache):
    """Django's cache on Redis, which an outage empties and does not break."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": {**PATIENCE, **params.get("OPTIONS", {})}})
        self._class = _ClientThatMayFail


def ask_again() -> None:
    """Forget that the cache failed a moment ago (tests)."""
    _ClientThatMayFail.rests_until = 0.0
