"""Pages in one process: who is woken, what is said together, and what stays quiet for a while."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from crm.live import listening, topics
from crm.live.listening import House, Page

Told = TypeVar("Told")

ROOMS = {"notices": frozenset({"notices:1"}), "queue": frozenset({"queue:all", "queue:user:1"})}


def _run(told: Coroutine[Any, Any, Told]) -> Told:
    """Run it on a thread of its own: the browser tests leave a loop running on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, told).result()


def _house() -> tuple[House, Page]:
    house, page = House(), Page(1)
    house.seat(page, ROOMS)
    return house, page


def test_several_calls_are_told_together_and_once() -> None:
    async def told() -> tuple[list[str], list[str]]:
        house, page = _house()
        house.call(["queue:all", "queue:user:1", "notices:1", "notices:2"])
        return await page.next(1), await page.next(0.05)

    assert _run(told()) == (["notices", "queue"], [])


def test_topic_stays_quiet_and_is_told_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "quiet_for", lambda topic: 0.4)

    async def told() -> tuple[list[str], list[str], list[str]]:
        house, page = _house()
        house.call(["queue:all"])
        first = await page.next(1)
        house.call(["queue:all"])
        return first, await page.next(0.1), await page.next(2)

    assert _run(told()) == (["queue"], [], ["queue"])


def test_page_that_left_or_moved_hears_nothing() -> None:
    async def told() -> list[str]:
        house, page = _house()
        with house.let_in(page):
            house.seat(page, {})
            house.call(["queue:all", "notices:1"])
            return await page.next(0.05)

    assert _run(told()) == []


def test_house_is_full_for_one_person_and_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "MOST_OF_ONE", 1)
    monkeypatch.setattr(listening, "MOST_PAGES", 2)

    async def full() -> list[bool]:
        house = House()
        with house.let_in(Page(1)):
            before = [house.full_for(1), house.full_for(2)]
            with house.let_in(Page(2)):
                return [*before, house.full_for(3)]

    assert _run(full()) == [True, False, True]
