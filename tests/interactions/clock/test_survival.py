"""The estimator of Kaplan and Meier, beside a textbook and beside one written otherwise."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interactions.clock.survival import survival

# Freireich and others 1963, weeks in remission of 21 patients with 6-MP: nine relapsed, twelve were
# still in remission when last seen. The estimate is printed in every textbook.
_RELAPSED = Counter([6, 6, 6, 7, 10, 13, 16, 22, 23])
_IN_REMISSION = Counter([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
_PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


@pytest.mark.req("R-TMI-12")
def test_the_textbook_case_comes_out_as_printed() -> None:
    found = survival(_RELAPSED, _IN_REMISSION)

    assert {at: round(share, 3) for at, share in found.steps} == _PRINTED
    assert (found.n, found.censored, found.followed) == (21, 12, 35)
    # The printed median is 23 weeks.
    assert found.quantile(0.5) == 23


def test_without_open_ones_it_is_the_share_that_lasted_longer() -> None:
    found = survival(Counter([1, 2, 2, 5]), Counter())

    assert [at for at, _share in found.steps] == [1, 2, 5]
    assert [share for _at, share in found.steps] == pytest.approx([0.75, 0.25, 0.0])
    assert found.quantile(0.5) == 2


def test_a_half_is_found_though_fractions_only_come_near_it() -> None:
    # 5/6 · 4/5 · 3/4 is a half, but not in floating point.
    assert survival(Counter([1, 2, 3, 4, 5, 6]), Counter()).quantile(0.5) == 3


def test_where_most_are_open_there_is_no_median() -> None:
    found = survival(Counter([3]), Counter([1, 4, 4, 4]))

    assert found.quantile(0.5) is None
    assert (found.n, found.censored) == (5, 4)


def test_leaving_out_what_is_open_would_look_faster() -> None:
    ended, still = Counter([10, 20, 30, 40]), Counter([25, 35, 45, 50])

    with_open, without = survival(ended, still), survival(ended, Counter())

    assert (with_open.quantile(0.5), without.quantile(0.5)) == (40, 20)


def test_nothing_gives_nothing() -> None:
    found = survival(Counter(), Counter())

    assert (found.n, found.quantile(0.5), found.steps) == (0, None, ())


_times = st.lists(st.integers(0, 40), max_size=30)


@given(_times, _times)
def test_it_equals_redistribution_to_the_right(ended: list[int], still: list[int]) -> None:
    """Efron 1967: who is last seen hands their weight to all that are seen later; no products."""
    found = survival(Counter(ended), Counter(still))

    assert [at for at, _share in found.steps] == sorted(set(ended))
    for at, share in found.steps:
        assert share == pytest.approx(float(_left(ended, still, at)))


def _left(ended: list[int], still: list[int], after: int) -> Fraction:
    line = sorted([(at, 0) for at in ended] + [(at, 1) for at in still])
    weights = [Fraction(1, len(line))] * len(line)
    for place, (_at, censored) in enumerate(line):
        later = len(line) - place - 1
        if censored and later:
            for other in range(place + 1, len(line)):
                weights[other] += weights[place] / later
            weights[place] = Fraction(0)
    gone = sum((w for (at, censored), w in zip(line, weights, strict=True)
                if at <= after and not censored), Fraction(0))  # fmt: skip
    return 1 - gone


@given(_times, _times)
def test_the_curve_falls_and_keeps_its_steps(ended: list[int], still: list[int]) -> None:
    found = survival(Counter(ended), Counter(still))
    shares = list(found.lasting(range(45)))

    assert shares == sorted(shares, reverse=True)
    assert all(shares[at] == share for at, share in found.steps)
