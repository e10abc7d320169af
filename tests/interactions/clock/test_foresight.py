"""The moment of doubt: what the share of like clocks says, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.clock import Pace

HOUR = 3600
EVENLY = Pace.of([minute * 60 for minute in range(1, 601)])
"""A queue that finishes one of 600 each minute of ten hours."""


@pytest.mark.parametrize(
    ("_case", "target_hours", "doubtful_hours"),
    [
        ("all are finished in time", 10, None),
        ("nine of ten: in doubt once six of ten are done", 9, 6),
        ("eight of ten: in doubt once two of ten are done", 8, 2),
        ("three of four at best: in doubt from the start", 7.5, 0),
        ("half of them: in doubt from the start", 5, 0),
    ],
)
def test_doubt_begins_where_fewer_than_three_of_four_still_make_it(
    _case: str, target_hours: float, doubtful_hours: float | None
) -> None:
    doubtful = EVENLY.doubtful_from(int(target_hours * HOUR), 75)

    if doubtful_hours is None:
        assert doubtful is None
    else:
        assert doubtful == pytest.approx(doubtful_hours * HOUR, abs=300)


def test_the_chance_is_that_of_those_still_open_after_the_same_time() -> None:
    assert EVENLY.chance(9 * HOUR, 0) == pytest.approx(90, abs=1)
    assert EVENLY.chance(9 * HOUR, 8 * HOUR) == pytest.approx(50, abs=1)
    assert EVENLY.chance(9 * HOUR, 10 * HOUR) == 0


def test_the_date_is_one_that_three_of_four_of_those_left_keep() -> None:
    needed = EVENLY.still_needs(6 * HOUR, 75)

    assert needed == pytest.approx(3 * HOUR, abs=300)
    assert EVENLY.still_needs(10 * HOUR, 75) is None


@given(
    durations=st.lists(st.integers(1, 10**6), min_size=1, max_size=80),
    target=st.integers(1, 10**6),
    earlier=st.integers(0, 10**6),
    later=st.integers(0, 10**6),
)
def test_the_chance_only_falls_while_time_goes_by(
    durations: list[int], target: int, earlier: int, later: int
) -> None:
    pace = Pace.of(durations)
    first, second = sorted((earlier, later))

    # One per cent is what whole numbers may lose.
    assert pace.chance(target, second) <= pace.chance(target, first) + 1


@given(
    durations=st.lists(st.integers(1, 10**6), min_size=1, max_size=80),
    target=st.integers(1, 10**6),
    below=st.integers(1, 99),
)
def test_a_lower_bound_is_never_reached_sooner(
    durations: list[int], target: int, below: int
) -> None:
    pace = Pace.of(durations)
    often, seldom = pace.doubtful_from(target, below), pace.doubtful_from(target, below // 2 or 1)

    assert seldom is None or (often is not None and often <= seldom)


def test_a_pace_that_falls_is_refused() -> None:
    with pytest.raises(ValueError, match="never fall"):
        Pace((2,) * 50 + (1,) * 51)
