"""What starts, pauses, stops, moves and cancels each kind of clock."""

from typing import Any

import pytest

from interactions.clock import (
    CalendarHistory,
    Event,
    FoldError,
    Metric,
    Mode,
    Policy,
    State,
    Target,
    fold,
)
from tests.interactions.clock.factories import (
    CALENDARS,
    DESK,
    ELAPSED,
    a_clock,
    a_target,
    at,
    cycles,
    events,
)

OPENED = ("opened", "2026-02-02 08:00")
FIRST = a_target(Metric.FIRST_RESPONSE, hours=2)
NEXT = a_target(Metric.NEXT_RESPONSE, hours=2)
UPDATE = a_target(Metric.PERIODIC_UPDATE, hours=4)
sla = pytest.mark.req("R-TMI-5")


@sla
@pytest.mark.parametrize(
    ("_case", "row"),
    [
        ("auto reply", ("auto_reply", "2026-02-02 08:01")),
        ("internal note", ("internal_note", "2026-02-02 08:01")),
        ("bot", ("agent_reply", "2026-02-02 08:01", {"bot": True})),
        ("machine mail", ("agent_reply", "2026-02-02 08:01", {"automatic": True})),
        ("not public", ("agent_reply", "2026-02-02 08:01", {"public": False})),
        ("survey answer", ("csat_answer", "2026-02-02 08:01")),
        ("customer", ("customer_message", "2026-02-02 08:01")),
        ("resolve", ("resolved", "2026-02-02 08:01")),
    ],
)
def test_only_a_public_human_reply_stops_first_response(_case: str, row: tuple[Any, ...]) -> None:
    assert a_clock(OPENED, row, now="2026-02-02 09:00", target=FIRST).state is State.RUNNING


def test_a_reply_by_a_system_actor_stops_nothing() -> None:
    history = [*events(OPENED), Event(2, "agent_reply", at("2026-02-02 08:01"), actor_kind="bot")]
    view = fold(history, FIRST, calendars=CALENDARS, now=at("2026-02-02 09:00"))

    assert view.stopped_at is None


@sla
@pytest.mark.parametrize(
    ("_case", "now", "state"),
    [
        ("before it is due", "2026-02-02 09:59:59", State.RUNNING),
        ("the due second is still in time", "2026-02-02 10:00:00", State.RUNNING),
        ("one second later", "2026-02-02 10:00:01", State.BREACHED),
        ("before it was opened", "2026-02-02 07:00:00", State.NOT_STARTED),
    ],
)
def test_state_follows_the_second(_case: str, now: str, state: State) -> None:
    assert a_clock(OPENED, now=now, target=FIRST).state is state


def test_outbound_interactions_have_no_first_response() -> None:
    view = a_clock(("opened", "2026-02-02 08:00", {"direction": "outbound"}), target=FIRST)

    assert (view.state, view.due_at) == (State.NOT_STARTED, None)


@sla
def test_a_pause_counts_only_for_its_reason_class() -> None:
    waiting = ("pause", "2026-02-02 09:00", {"reason_class": "waiting_internal"})
    view = a_clock(OPENED, waiting, now="2026-02-02 10:00")

    assert (view.state, view.due_at) == (State.RUNNING, at("2026-02-02 16:00"))


@sla
def test_each_resume_ends_its_own_wait() -> None:
    view = a_clock(
        OPENED,
        ("pause", "2026-02-02 09:00", {"reason_class": "waiting_customer", "pause_id": "a"}),
        ("pause", "2026-02-02 10:00", {"reason_class": "waiting_customer", "pause_id": "b"}),
        ("pause", "2026-02-02 10:00", {"reason_class": "waiting_internal", "pause_id": "c"}),
        ("resume", "2026-02-02 11:00", {"pause_id": "c"}),
        ("resume", "2026-02-02 11:00", {"pause_id": "a"}),
        ("resume", "2026-02-02 11:30", {"pause_id": "unknown"}),
        now="2026-02-02 12:00",
    )

    assert (view.state, view.paused_since) == (State.PAUSED, at("2026-02-02 09:00"))
    assert (view.due_at, view.remaining) == (None, 7 * 3600)


def test_a_resume_that_names_nothing_ends_every_wait() -> None:
    view = a_clock(
        OPENED,
        ("pause", "2026-02-02 09:00", {"reason_class": "waiting_customer"}),
        ("pause", "2026-02-02 10:00", {"reason_class": "waiting_third_party"}),
        ("resume", "2026-02-02 11:00"),
        now="2026-02-02 12:00",
    )

    assert (view.state, view.due_at) == (State.RUNNING, at("2026-02-03 10:00"))


def test_the_longest_pause_has_a_guard() -> None:
    target = a_target(max_pause_seconds=3600)
    view = a_clock(OPENED, ("pause", "2026-02-02 09:00"), now="2026-02-02 12:00", target=target)

    assert view.pause_guard_at == at("2026-02-02 10:00")


@sla
def test_resolved_while_waiting_is_met() -> None:
    view = a_clock(
        OPENED, ("pause", "2026-02-02 09:00"), ("resolved", "2026-03-02 09:00"),
        now="2026-03-03 09:00",
    )  # fmt: skip

    assert (view.outcome, view.consumed) == ("met", 3600)


@sla
def test_closing_unresolved_work_stops_it_and_closing_resolved_work_does_not() -> None:
    closed = ("closed", "2026-02-02 12:00")

    assert a_clock(OPENED, closed, now="2026-02-02 13:00").stopped_at == at(closed[1])
    both = a_clock(OPENED, ("resolved", "2026-02-02 10:00"), closed, now="2026-02-02 13:00")
    assert both.stopped_at == at("2026-02-02 10:00")


def test_reopening_may_restart() -> None:
    view = a_clock(
        OPENED,
        ("resolved", "2026-02-02 12:00"),
        ("reopened", "2026-02-03 12:00"),
        now="2026-02-03 13:00",
        target=a_target(reopen=Mode.RESTART),
    )

    assert (view.started_at, view.due_at) == (at("2026-02-03 12:00"), at("2026-02-04 12:00"))


@sla
def test_what_happens_after_the_stop_moves_neither_due_nor_outcome() -> None:
    before = (OPENED, ("resolved", "2026-02-02 12:00"))
    late_change = ("retargeted", "2026-02-02 13:00", {"target": 60, "mode": "retro"})

    view = a_clock(*before, now="2026-02-02 14:00")
    changed = a_clock(*before, late_change, now="2026-02-02 14:00")

    assert (changed.due_at, changed.outcome) == (view.due_at, "met")


def test_a_resolved_clock_reopens_under_the_new_promise() -> None:
    view = a_clock(
        OPENED,
        ("resolved", "2026-02-02 12:00"),
        ("retargeted", "2026-02-02 13:00", {"target": 5 * 3600}),
        ("reopened", "2026-02-02 14:00"),
        now="2026-02-02 14:00",
    )

    assert view.due_at == at("2026-02-02 15:00")


@sla
def test_a_merge_cancels_and_undoing_it_gives_the_clock_back() -> None:
    merged = (OPENED, ("merged", "2026-02-02 10:00"))

    cancelled = a_clock(*merged, now="2026-02-05 10:00")
    restored = a_clock(*merged, ("unmerged", "2026-02-02 11:00"), now="2026-02-02 12:00")

    assert (cancelled.state, cancelled.cancelled_at) == (State.CANCELLED, at("2026-02-02 10:00"))
    assert (cancelled.open, cancelled.next_stage()) == (False, None)
    assert (restored.state, restored.due_at) == (State.RUNNING, at("2026-02-02 16:00"))


def test_a_merge_leaves_a_clock_that_was_already_met() -> None:
    rows = (OPENED, ("agent_reply", "2026-02-02 09:00"), ("merged", "2026-02-02 10:00"))

    assert a_clock(*rows, now="2026-02-02 11:00", target=FIRST).state is State.MET


@sla
def test_each_unanswered_message_opens_a_cycle_of_its_own() -> None:
    views = cycles(
        OPENED,
        ("customer_message", "2026-02-02 09:00"),
        ("agent_reply", "2026-02-02 10:00"),
        ("customer_message", "2026-02-02 10:30", {"automatic": True}),
        ("customer_message", "2026-02-02 11:00"),
        ("customer_message", "2026-02-02 12:00"),
        ("resolved", "2026-02-02 14:00"),
        now="2026-02-02 15:00",
        target=NEXT,
    )

    assert [(v.cycle, v.due_at, v.outcome) for v in views] == [
        (1, at("2026-02-02 11:00"), "met"),
        (2, at("2026-02-02 13:00"), "breached"),
    ]


@sla
def test_periodic_updates_end_with_the_work_and_begin_again_with_it() -> None:
    rows = (OPENED, ("agent_reply", "2026-02-02 11:00"), ("resolved", "2026-02-02 12:00"))

    ended = cycles(*rows, now="2026-02-09 15:00", target=UPDATE)
    again = cycles(*rows, ("reopened", "2026-02-02 13:00"), now="2026-02-02 15:00", target=UPDATE)

    assert [view.outcome for view in ended] == ["met", "met"]
    assert again[-1].due_at == at("2026-02-03 09:00")


@sla
def test_a_late_event_is_folded_and_named() -> None:
    recorded_last = Event(3, "pause", at("2026-02-02 09:00"), recorded_at=at("2026-02-02 15:00"))
    resumed = Event(2, "resume", at("2026-02-02 11:00"))
    history = [*events(OPENED), resumed, recorded_last]

    view = fold(history, a_target(), calendars=CALENDARS, now=at("2026-02-02 15:00"))

    assert view.due_at == at("2026-02-03 10:00")
    assert (view.late_seqs, view.folded_seq) == ((3,), 3)


def test_nothing_happens_before_the_opening() -> None:
    rows = (("agent_reply", "2026-02-02 07:59:58"), OPENED)
    view = a_clock(*rows, now="2026-02-02 09:00", target=FIRST)

    assert (view.started_at, view.stopped_at, view.outcome) == (at(OPENED[1]), at(OPENED[1]), "met")


@sla
def test_a_policy_version_brings_its_target_and_calendar() -> None:
    urgent = Target(Metric.RESOLUTION, 4 * 3600, "elapsed")
    change = ("retargeted", "2026-02-02 15:00", {"policy_version": "7", "mode": "restart"})
    view = a_clock(
        OPENED,
        change,
        now="2026-02-02 15:00",
        policies={"7": Policy("7", {Metric.RESOLUTION: urgent})},
        policy_version="6",
    )

    assert (view.due_at, view.policy_version) == (at("2026-02-02 19:00"), "7")


@sla
def test_a_clock_follows_the_versions_of_its_calendar() -> None:
    history = CalendarHistory(((0, DESK), (at("2026-02-02 12:00"), ELAPSED)))
    view = a_clock(OPENED, now="2026-02-02 09:00", calendars={"desk": history})

    assert view.due_at == at("2026-02-02 16:00")
    longer = a_clock(OPENED, target=a_target(hours=12), calendars={"desk": history})
    assert longer.due_at == at("2026-02-02 20:00")


@sla
def test_a_correction_measures_again_from_the_opening_even_after_a_restart() -> None:
    view = a_clock(
        OPENED,
        ("retargeted", "2026-02-02 10:00", {"target": 8 * 3600, "mode": "restart"}),
        ("retargeted", "2026-02-02 11:00", {"target": 4 * 3600, "mode": "retro"}),
        now="2026-02-02 11:00",
    )

    assert (view.started_at, view.due_at) == (at(OPENED[1]), at("2026-02-02 12:00"))


@pytest.mark.parametrize(
    ("_case", "data"),
    [
        ("unknown calendar", {"calendar": "moon"}),
        ("unknown policy version", {"policy_version": "99"}),
        ("unknown mode", {"mode": "sideways", "target": 1}),
        ("target in words", {"target": "soon"}),
    ],
)
def test_refuses_what_it_was_not_given(_case: str, data: dict[str, Any]) -> None:
    with pytest.raises(FoldError):
        a_clock(OPENED, ("retargeted", "2026-02-02 09:00", data), now="2026-02-02 10:00")


@sla
def test_a_promise_cannot_be_broken_before_it_was_made() -> None:
    change = ("retargeted", "2026-02-02 14:00", {"target": 4 * 3600})

    view = a_clock(OPENED, change, now="2026-02-02 14:00")

    assert (view.due_at, view.breach_at) == (at("2026-02-02 12:00"), at("2026-02-02 14:00"))
    assert view.state is State.BREACHED


FIRST_REPLY = a_target(Metric.FIRST_RESPONSE)
ENDED_IN_TIME = ("completed", "2026-02-02 10:00")


def first_reply(*rows: tuple[Any, ...], now: str = "2026-02-06 09:00") -> tuple[State, int | None]:
    view = a_clock(OPENED, *rows, now=now, target=FIRST_REPLY)
    return view.state, view.stopped_at


def test_completing_in_silence_is_no_first_reply() -> None:
    assert first_reply(ENDED_IN_TIME, now="2026-02-02 11:00") == (State.RUNNING, None)
    assert first_reply(ENDED_IN_TIME) == (State.BREACHED, None)


@pytest.mark.parametrize(
    ("when", "state"), [("2026-02-02 11:00", State.MET), ("2026-02-05 11:00", State.BREACHED)]
)
def test_telling_the_customer_in_closing_is_the_first_reply(when: str, state: State) -> None:
    closed = ("closed", when, {"informed_by": "phone"})

    assert first_reply(ENDED_IN_TIME, closed) == (state, at(when))


@pytest.mark.parametrize(
    "how", [{"informed_by": "impossible"}, {"informed_by": "email", "automatic": True}]
)
@pytest.mark.parametrize(
    ("when", "state"), [("2026-02-02 11:00", State.CANCELLED), ("2026-02-05 11:00", State.BREACHED)]
)
def test_closing_unheard_never_meets_it_and_never_hides_a_miss(
    how: dict[str, Any], when: str, state: State
) -> None:
    assert first_reply(ENDED_IN_TIME, ("closed", when, how)) == (state, at(when))


def test_what_was_replied_before_closing_stands() -> None:
    replied = ("agent_reply", "2026-02-02 09:30")
    closed = ("closed", "2026-02-02 11:00", {"informed_by": "impossible"})

    assert first_reply(replied, ENDED_IN_TIME, closed) == (State.MET, at("2026-02-02 09:30"))


@pytest.mark.parametrize(
    ("closing", "reopening", "expected"),
    [
        ({"informed_by": "impossible"}, {}, (State.RUNNING, None)),
        ({"informed_by": "phone"}, {"undone": True}, (State.RUNNING, None)),
        ({"informed_by": "phone"}, {}, (State.MET, at("2026-02-02 10:30"))),
    ],
)
def test_reopening_owes_the_reply_again_only_where_nobody_was_told(
    closing: dict[str, Any], reopening: dict[str, Any], expected: tuple[State, int | None]
) -> None:
    rows = [
        ENDED_IN_TIME,
        ("closed", "2026-02-02 10:30", closing),
        ("reopened", "2026-02-02 11:00", reopening),
    ]

    assert first_reply(*rows, now="2026-02-02 12:00") == expected
