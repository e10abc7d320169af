"""Work ahead in a thread, in order, and stop when nobody listens."""

from collections.abc import Iterator
from threading import current_thread

import pytest
from django.utils import translation

from customers.imports.ahead import ahead


def test_items_come_in_their_order_from_a_thread_of_their_own() -> None:
    def made() -> Iterator[tuple[int, str]]:
        for n in range(50):
            yield n, current_thread().name

    found = list(ahead(made()))

    assert [n for n, _name in found] == list(range(50))
    assert current_thread().name not in {name for _n, name in found}


def test_what_goes_wrong_there_is_raised_here() -> None:
    def made() -> Iterator[int]:
        yield 1
        raise ValueError("spoilt")

    items = ahead(made())

    assert next(items) == 1
    with pytest.raises(ValueError, match="spoilt"):
        next(items)


def test_a_reader_who_leaves_ends_the_work() -> None:
    made: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made))
            yield made[-1]

    items = ahead(endless())
    next(items)
    items.close()
    stopped_at = len(made)

    assert stopped_at <= 3
    assert len(made) == stopped_at


def test_sentences_are_in_the_language_of_whoever_asked() -> None:
    with translation.override("de"):
        (language,) = ahead(translation.get_language() for _ in range(1))

    assert language == "de"
