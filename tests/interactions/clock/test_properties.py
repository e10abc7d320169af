"""Properties that hold for every clock, each on 2,000 random ones in zones that misbehave."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from interactions.clock import (
    Calendar,
    CalendarHistory,
    Event,
    Metric,
    Mode,
    Target,
    Track,
    fold,
    moment,
    seconds,
    zones,
)
from interactions.clock.fold import round_half_up
from interactions.clock.track import union
from tests.interactions.clock.factories import ALL_PAUSES, at
from tests.interactions.clock.oracle import Walk

DAY = 86_400

# Each zone with instants around which its offset changes, or a date vanishes.
ANCHORS = [
    ("Europe/Berlin", ("2026-03-29 01:00", "2026-10-25 01:00", "2026-06-15 00:00")),
    ("America/New_York", ("2026-03-08 07:00", "2026-11-01 06:00")),
    ("Australia/Lord_Howe", ("2026-04-04 15:00", "2026-10-03 15:30")),
    ("Africa/Cairo", ("2026-04-23 22:00", "2026-10-29 21:00")),
    ("Pacific/Apia", ("2011-12-30 10:00", "2026-05-01 00:00")),
    ("Africa/Casablanca", ("2026-02-15 02:00", "2026-03-22 02:00")),
    ("America/Havana", ("2026-03-08 05:00", "2026-11-01 05:00")),
    ("Pacific/Chatham", ("2026-04-04 14:00", "2026-09-26 14:00")),
    ("Asia/Kathmandu", ("2026-01-01 00:00",)),
    ("Antarctica/Troll", ("2026-03-29 01:00", "2026-10-25 01:00")),
    ("Europe/Dublin", ("2026-03-29 01:00", "2026-10-25 01:00")),
    ("America/St_Johns", ("2026-03-08 05:30", "2026-11-01 04:30")),
]

thorough = settings(
    max_examples=2000,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
sla = pytest.mark.req("R-TMI-5")


def _time(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


def _patterns() -> list[list[list[str]]]:
    """Hours of a day to choose from; drawn once, since drawing each anew costs most of the run."""
    dice = random.Random(5)
    patterns = [[["00:00", "24:00"]], [["00:00", "00:15"]], [["02:30", "05:00"]]]
    for _ in range(120):
        edges = sorted(dice.sample(range(97), dice.choice((2, 4, 4, 6))))
        pairs = zip(edges[::2], edges[1::2], strict=True)
        patterns.append([[_time(opens), _time(closes)] for opens, closes in pairs])
    return patterns


# Strategies are made once: one made while drawing is looked through anew each time, and that
# would cost more than all the clocks.
hours = st.sampled_from(_patterns())
days_of = st.integers(1, 127)
specials = st.lists(st.tuples(st.integers(-1, 6), hours | st.just([])), max_size=2)
starts = st.sampled_from([(tz, at(instant)) for tz, instants in ANCHORS for instant in instants])
around = st.integers(-3 * DAY, DAY)


@dataclass(frozen=True)
class Opening:
    """Hours of a week and of special days, before they are given a zone and dates."""

    weekly: dict[str, list[list[str]]]
    special: list[tuple[int, list[list[str]]]]

    def config(self, tz: str, start: int) -> dict[str, Any]:
        return {
            "tz": tz,
            "weekly": self.weekly,
            "exceptions": {_date(start + offset * DAY): spans for offset, spans in self.special},
        }


@st.composite
def _openings(draw: st.DrawFn) -> Opening:
    usual, other, open_days = draw(hours), draw(hours), draw(days_of)
    weekly = {str(day + 1): other if day % 3 else usual for day in range(7) if open_days >> day & 1}
    return Opening(weekly, draw(specials))


openings = _openings()


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """A calendar and a start near a change of its zone's offset."""
    tz, anchor = draw(starts)
    start = anchor + draw(around)
    return draw(openings).config(tz, start), start


worlds = _worlds()


def _date(instant: int) -> str:
    return moment(instant).date().isoformat()


spans = st.tuples(st.integers(0, 6 * DAY), st.integers(1, 2 * DAY))
pauses_of = st.lists(spans, max_size=3)
targets = st.integers(1, 16 * 3600)
changes = st.tuples(openings, st.integers(1, 6 * DAY))


def _track(start: int, config: dict[str, Any], pauses: list[tuple[int, int]]) -> Track:
    return Track(start, ((start, Calendar.from_dict(config)),), _union(start, pauses))


def _union(start: int, pauses: list[tuple[int, int]]) -> tuple[tuple[int, int | None], ...]:
    return union((start + begin, start + begin + length) for begin, length in pauses)


@sla
@thorough
@given(
    worlds,
    st.tuples(openings, st.integers(1, 5 * DAY)),
    st.tuples(pauses_of, st.none() | st.integers(0, 6 * DAY)),
    targets,
    st.integers(0, 8 * DAY),
)
def test_clock_agrees_with_a_walk_through_time(
    world: tuple[dict[str, Any], int],
    switched: tuple[Opening, int],
    paused: tuple[list[tuple[int, int]], int | None],
    target: int,
    probed: int,
) -> None:
    (config, start), (opening, after), (pauses, open_from) = world, switched, paused
    later, switch = opening.config(config["tz"], start), start + after
    raw: list[tuple[int, int | None]] = [(start + p, start + p + n) for p, n in pauses]
    if open_from is not None:
        raw.append((start + open_from, None))
    walk = Walk(start, ((start, config), (switch, later)), raw)
    calendars = ((start, Calendar.from_dict(config)), (switch, Calendar.from_dict(later)))
    track = Track(start, calendars, union(raw))

    probe = start + probed
    due = track.reach(target)

    assert track.consumed(probe) == walk.consumed(probe)
    limit = start + 30 * DAY
    assert (due if due is not None and due <= limit else None) == walk.due(target)


@sla
@thorough
@given(worlds, pauses_of, targets, st.integers(1, 7200))
def test_due_is_the_first_second_at_which_the_target_is_consumed(
    world: tuple[dict[str, Any], int], pauses: list[tuple[int, int]], target: int, more: int
) -> None:
    config, start = world
    track = _track(start, config, pauses)
    due, later = track.reach(target), track.reach(target + more)
    assume(due is not None and later is not None)
    assert due is not None
    assert later is not None

    assert (track.consumed(due), track.consumed(due - 1)) == (target, target - 1)
    assert later > due


@sla
@thorough
@given(worlds, pauses_of, spans, targets)
def test_one_more_pause_never_makes_it_earlier(
    world: tuple[dict[str, Any], int],
    pauses: list[tuple[int, int]],
    extra: tuple[int, int],
    target: int,
) -> None:
    config, start = world
    due = _track(start, config, pauses).reach(target)
    longer = _track(start, config, [*pauses, extra]).reach(target)
    assume(due is not None and longer is not None)

    assert (longer or 0) >= (due or 0)


@sla
@thorough
@given(worlds, pauses_of, st.integers(0, 9), targets)
def test_one_more_holiday_never_makes_it_earlier(
    world: tuple[dict[str, Any], int], pauses: list[tuple[int, int]], day: int, target: int
) -> None:
    config, start = world
    closed = {**config["exceptions"], _date(start + day * DAY): []}
    due = _track(start, config, pauses).reach(target)
    longer = _track(start, {**config, "exceptions": closed}, pauses).reach(target)
    assume(due is not None and longer is not None)

    assert (longer or 0) >= (due or 0)


@sla
@thorough
@given(worlds, st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_measure_is_additive_over_any_split(
    world: tuple[dict[str, Any], int], first: int, second: int
) -> None:
    config, start = world
    calendar = Calendar.from_dict(config)
    split, end = start + first, start + first + second

    halves = calendar.measure(start, split) + calendar.measure(split, end)
    assert halves == calendar.measure(start, end)
    assert halves == sum(b - a for a, b in calendar.spans(start, end))


kinds = st.sampled_from(
    ["pause", "resume", "agent_reply", "customer_message", "resolved", "reopened",
     "internal_note", "calendar_version", "retargeted"]
)  # fmt: skip
happenings = st.lists(
    st.tuples(st.integers(1, 9 * DAY), kinds), max_size=8, unique_by=lambda row: row[0]
)
new_targets = st.integers(0, 12 * 3600)
new_calendars = st.sampled_from([None, "other"])
modes = st.sampled_from(list(Mode))
reasons = st.sampled_from(["waiting_customer", "waiting_third_party"])
metrics = st.sampled_from(list(Metric))
moments = st.integers(0, 12 * DAY)


@st.composite
def _histories(draw: st.DrawFn) -> list[Event]:
    """An opened interaction and what happened to it, no two things in the same second."""
    events = [Event(1, "opened", 0)]
    for seq, (after, kind) in enumerate(sorted(draw(happenings)), start=2):
        data: dict[str, Any] = {}
        if kind == "retargeted":
            data = {
                "target": draw(new_targets),
                "calendar": draw(new_calendars),
                "mode": draw(modes),
            }
        elif kind == "calendar_version":
            data = {"calendar": "other"}
        elif kind in {"pause", "resume"}:
            data = {"reason": draw(reasons)}
        events.append(Event(seq, kind, after, data=data))
    return events


histories = _histories()


@st.composite
def _lives(draw: st.DrawFn) -> tuple[list[Event], Target, dict[str, Calendar], int]:
    config, start = draw(worlds)
    other = draw(openings).config(config["tz"], start)
    target = Target(draw(metrics), draw(targets), "first")
    calendars = {
        "first": Calendar.from_dict(config, name="first"),
        "other": Calendar.from_dict(other, name="other"),
    }
    events = [replace(event, at=start + event.at) for event in draw(histories)]
    return events, target, calendars, start + draw(moments)


lives = _lives()
Life = tuple[list[Event], Target, dict[str, Calendar], int]


@sla
@thorough
@given(lives, st.randoms(use_true_random=False))
def test_recording_order_is_irrelevant(life: Life, dice: random.Random) -> None:
    events, target, calendars, now = life
    seqs = [event.seq for event in events]
    dice.shuffle(seqs)
    shuffled = [replace(event, seq=seq) for event, seq in zip(events, seqs, strict=True)]
    dice.shuffle(shuffled)

    view = fold(events, target, calendars=calendars, now=now)
    other = fold(shuffled, target, calendars=calendars, now=now)

    assert replace(other, late_seqs=(), folded_seq=0) == replace(view, folded_seq=0)


@sla
@thorough
@given(lives)
def test_replay_is_idempotent_and_what_is_to_come_changes_nothing(life: Life) -> None:
    events, target, calendars, now = life
    known = [event for event in events if event.at <= now]

    view = fold(events, target, calendars=calendars, now=now)

    assert fold(events + events, target, calendars=calendars, now=now) == view
    assert fold(known, target, calendars=calendars, now=now) == view


@sla
@thorough
@given(lives)
def test_view_never_contradicts_itself(life: Life) -> None:
    events, target, calendars, now = life
    view = fold(events, target, calendars=calendars, now=now)

    assert view.consumed + view.remaining == view.effective_target
    if view.due_at is not None and view.track is not None and view.effective_target > 0:
        assert view.track.consumed(view.due_at) == view.effective_target
        assert view.breach_at == max(view.due_at, view.last_change_at or view.due_at)
    if view.stopped_at is not None:
        in_time = view.due_at is None or view.stopped_at <= view.due_at
        assert view.outcome == ("met" if in_time else "breached")
    ladder = [(stage.at, stage.percent) for stage in view.stages()]
    assert ladder == sorted(ladder)


@sla
@thorough
@given(lives, st.integers(1, DAY))
def test_a_fast_sender_clock_cannot_date_an_event_after_its_recording(
    life: Life, skew: int
) -> None:
    events, target, calendars, now = life
    skewed = [replace(e, at=e.at + skew, recorded_at=e.at) for e in events]

    assert fold(skewed, target, calendars=calendars, now=now) == fold(
        events, target, calendars=calendars, now=now
    )


@sla
@thorough
@given(starts, st.integers(-10 * DAY, 10 * DAY))
def test_a_wall_week_is_168_hours_less_the_change_of_offset(
    anchor: tuple[str, int], shift: int
) -> None:
    tz, instant = anchor
    zone = ZoneInfo(tz)
    start = instant + shift
    wall_start = moment(start).astimezone(zone)
    wall_end = wall_start + timedelta(days=7)
    end = seconds(wall_end)
    back = moment(end).astimezone(zone)
    # A wall time that was skipped ends no week.
    assume(back.replace(tzinfo=None, fold=0) == wall_end.replace(tzinfo=None, fold=0))
    weekly = {day: [["00:00", "24:00"]] for day in "1234567"}

    changed = seconds(back.replace(tzinfo=UTC)) - end - zones.offset_at(tz, start)

    calendar = Calendar.from_dict({"tz": tz, "weekly": weekly})
    assert calendar.measure(start, end) == 168 * 3600 - changed


@sla
@thorough
@given(worlds, changes, pauses_of, st.tuples(targets, targets), modes)
def test_a_change_of_target_does_what_its_mode_says(
    world: tuple[dict[str, Any], int],
    changed: tuple[Opening, int],
    pauses: list[tuple[int, int]],
    promised: tuple[int, int],
    mode: Mode,
) -> None:
    (config, start), (opening, after), (old, new) = world, changed, promised
    other, change = opening.config(config["tz"], start), start + after
    raw: list[tuple[int, int | None]] = [(start + p, start + p + n) for p, n in pauses]
    events = _paused(start, pauses)
    events.append(
        Event(99, "retargeted", change, data={"target": new, "calendar": "other", "mode": mode})
    )
    calendars = {"first": Calendar.from_dict(config), "other": Calendar.from_dict(other)}
    target = Target(Metric.RESOLUTION, old, "first", pauses=ALL_PAUSES)

    view = fold(events, target, calendars=calendars, now=start + 9 * DAY)

    until = Walk(start, ((start, config),), raw).consumed(change)
    switched = Walk(start, ((start, config), (change, other)), raw)
    wanted = {
        Mode.CARRY: (switched, new),
        Mode.RETRO: (Walk(start, ((start, other),), raw), new),
        Mode.RESTART: (Walk(change, ((change, other),), raw), new),
        Mode.PROPORTIONAL: (switched, max(until + round_half_up(new * (old - until), old), 0)),
    }
    walk, effective = wanted[mode]
    assert view.effective_target == effective
    assume(effective > 0)
    expected = walk.due(effective)
    assume(expected is not None)
    assert view.due_at == expected


def _paused(start: int, pauses: list[tuple[int, int]]) -> list[Event]:
    events = [Event(0, "opened", start)]
    for index, (begin, length) in enumerate(pauses):
        named = {"reason": "waiting_customer", "pause_id": str(index)}
        events.append(Event(2 * index + 1, "pause", start + begin, data=named))
        events.append(Event(2 * index + 2, "resume", start + begin + length, data=named))
    return events


@sla
@thorough
@given(worlds, changes, targets)
def test_a_new_calendar_version_never_rewrites_the_past(
    world: tuple[dict[str, Any], int], changed: tuple[Opening, int], target: int
) -> None:
    (config, start), (opening, switched) = world, changed
    other, change = opening.config(config["tz"], start), start + switched
    old, new = Calendar.from_dict(config), Calendar.from_dict(other)
    history = CalendarHistory(((0, old), (change, new)))
    events = [Event(1, "opened", start)]
    asked = Target(Metric.RESOLUTION, target, "first")

    before = fold(events, asked, calendars={"first": old}, now=change)
    after = fold(events, asked, calendars={"first": history}, now=change)

    assert after.consumed == before.consumed
    if before.due_at is not None and before.due_at <= change:
        assert after.due_at == before.due_at
