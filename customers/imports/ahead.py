"""Work ahead in a thread: rows are read and checked while the database still writes those before.

The items must not touch the database, whose connection belongs to the caller's thread.
"""

from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

from django.utils import translation

T = TypeVar("T")
_PATIENCE = 0.2


class _End:
    """Behind the last item: nothing more, or what went wrong."""

    def __init__(self, wrong: BaseException | None = None) -> None:
        self.wrong = wrong


def ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The same items in the same order, the next one made while this one is used."""
    ready: Queue[T | _End] = Queue(maxsize=1)
    stop = Event()
    language = translation.get_language()
    worker = Thread(target=_work, args=(items, ready, stop, language), daemon=True)
    worker.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _End):
                if item.wrong is not None:
                    raise item.wrong
                return
            yield item
    finally:
        stop.set()
        _drain(ready)
        worker.join()


def _work(items: Iterable[T], ready: "Queue[T | _End]", stop: Event, language: str | None) -> None:
    end = _End()
    try:
        with translation.override(language):
            for item in items:
                if not _put(item, ready, stop):
                    return
    except BaseException as wrong:  # it is raised where the items are used
        end = _End(wrong)
    _put(end, ready, stop)


def _put(item: "T | _End", ready: "Queue[T | _End]", stop: Event) -> bool:
    while not stop.is_set():
        try:
            ready.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _drain(ready: "Queue[T | _End]") -> None:
    try:
        ready.get_nowait()
    except Empty:
        return
