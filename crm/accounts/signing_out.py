"""Who wants to know that somebody signed out: upper apps register, nobody here knows them."""

from collections.abc import Callable

_hearing: list[Callable[[int], object]] = []


def register(heard: Callable[[int], object]) -> None:
    """Have a process called with the account of whoever signs out."""
    if heard not in _hearing:
        _hearing.append(heard)


def tell(user_id: int) -> None:
    for heard in _hearing:
        heard(user_id)
