"""Stages in clock time, when they fire, and what an outage leaves to tell."""

import pytest

from tests.interactions.clock.factories import a_clock, a_target, at

OPENED = ("opened", "2026-01-16 14:00")
FOUR_HOURS = a_target(hours=4)
sla = pytest.mark.req("R-TMI-5")


@sla
def test_stages_fall_into_opening_hours() -> None:
    stages = a_clock(OPENED, now="2026-01-16 14:00", target=FOUR_HOURS).stages()

    assert [(stage.percent, stage.at) for stage in stages] == [
        (50, at("2026-01-16 16:00")),
        (75, at("2026-01-19 09:00")),
        (90, at("2026-01-19 09:36")),
        (100, at("2026-01-19 10:00")),
        (125, at("2026-01-19 11:00")),
        (150, at("2026-01-19 12:00")),
    ]


@sla
def test_the_due_second_itself_is_left_to_the_agent() -> None:
    due = a_clock(OPENED, now="2026-01-16 14:00", target=FOUR_HOURS).next_stage(after=90)

    assert due is not None
    assert due.fires_at == due.at + 1


def test_next_stage_is_the_first_above_the_one_told() -> None:
    view = a_clock(OPENED, now="2026-01-16 14:00", target=FOUR_HOURS)

    assert [getattr(view.next_stage(p), "percent", None) for p in (0, 50, 99, 150)] == [
        50, 75, 100, None,
    ]  # fmt: skip


@sla
def test_after_an_outage_the_highest_stage_is_told_and_the_lower_are_superseded() -> None:
    view = a_clock(OPENED, now="2026-01-19 10:00:01", target=FOUR_HOURS)

    told, superseded = view.catch_up(after=50)

    assert told is not None
    assert told.percent == 100
    assert [stage.percent for stage in superseded] == [75, 90]


def test_nothing_is_left_to_tell_of_a_stopped_clock() -> None:
    rows = (OPENED, ("resolved", "2026-01-19 11:00"))
    view = a_clock(*rows, now="2026-01-20 10:00", target=FOUR_HOURS)

    assert (view.next_stage(), view.catch_up()) == (None, (None, ()))


@sla
def test_a_paused_clock_has_no_stage_to_come_but_still_owes_the_ones_passed() -> None:
    rows = (OPENED, ("pause", "2026-01-19 09:01"))
    view = a_clock(*rows, now="2026-01-25 10:00", target=FOUR_HOURS)

    assert view.next_stage(after=75) is None
    owed = view.next_stage(after=50)
    assert owed is not None
    assert owed.percent == 75


@sla
def test_stages_that_a_change_moved_into_the_past_fire_at_the_change() -> None:
    change = ("retargeted", "2026-01-19 09:00", {"target": 3600})
    view = a_clock(OPENED, change, now="2026-01-19 09:00", target=FOUR_HOURS)

    assert {stage.fires_at for stage in view.stages()} == {at("2026-01-19 09:00")}
    told, _ = view.catch_up()
    assert told is not None
    assert told.percent == 150


def test_a_clock_that_has_not_started_has_no_stages() -> None:
    view = a_clock(now="2026-01-19 09:00")

    assert (view.stages(), view.stage_at(50), view.next_stage()) == ((), None, None)
