"""How far an import is, told outside its transaction so that a page can show it."""

from django.core.cache import cache

_KEEP_SECONDS = 3600


def tell(run_id: int, done: int) -> None:
    cache.set(_key(run_id), done, _KEEP_SECONDS)


def told(run_id: int) -> int | None:
    done: int | None = cache.get(_key(run_id))
    return done


def forget(run_id: int) -> None:
    cache.delete(_key(run_id))


def _key(run_id: int) -> str:
    return f"import:{run_id}"
