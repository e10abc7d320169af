"""The figures equal what the rows say when somebody else counts them."""

import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from crm import sql
from crm.access import SYSTEM
from interactions.governed import kpis
from interactions.models import Commitment, Interaction, SlaClock
from interactions.processes.close_interaction import cancel
from interactions.processes.report_interaction import periods, report_interaction
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message
from readiness.registry import measures
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import an_interaction, governed, the_clock

pytestmark = pytest.mark.django_db


def _percentile(values: Iterable[float], share: float) -> float | None:
    """Linear between the two nearest ranks, as SQL's percentile_cont defines it."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _history() -> datetime:
    """Generated contacts, and by hand: one told before its miss, one cancelled, one paused."""
    governed()
    now = timezone.now().replace(microsecond=0)
    call_command("generate", customers=40, interactions=600, seed=7, now=now, stdout=io.StringIO())
    late = an_interaction(ago=timedelta(hours=5), customer=a_customer(email="a@example.org"))
    make_promise(
        clock_id=the_clock(late).pk, due_at=now + timedelta(days=2), reason="part", actor=SYSTEM
    )
    spam = an_interaction(ago=timedelta(days=3))
    cancel(interaction_id=spam.pk, reason="spam", actor=SYSTEM)
    outbound = an_interaction(ago=timedelta(days=2), direction="outbound", channel="phone")
    add_message(interaction_id=outbound.pk, body="Hello", channel="phone", actor=SYSTEM)
    return timezone.now()


@pytest.fixture
def now() -> datetime:
    return _history()


def _measured(measure: measures.Measure, a: datetime, b: datetime, **scope: Any) -> dict[str, Any]:
    return measures.measured(measure, a=a, b=b, **scope)


@pytest.mark.req("R-TMI-5")
def test_share_in_time_equals_an_independent_count(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    clocks = list(SlaClock.objects.select_related("interaction"))

    due = [c for c in clocks if c.due_at and a <= c.due_at < b]
    counted = [c for c in due if c.cancelled_at is None]
    met = [c for c in counted if c.stopped_at and c.due_at and c.stopped_at <= c.due_at]
    row = _measured(kpis.IN_TIME, a, b)
    assert (row["part"], row["n"], row["excluded"]) == (
        len(met), len(counted), len(due) - len(counted),
    )  # fmt: skip
    assert row["n"] > 300
    assert float(row["value"]) == pytest.approx(len(met) / len(counted))


@pytest.mark.req("R-TMI-5")
def test_response_and_resolution_equal_an_independent_count(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    clocks = list(SlaClock.objects.select_related("interaction"))
    answered = [
        c
        for c in clocks
        if c.target == "first_response"
        and c.cancelled_at is None
        and c.interaction.direction == "inbound"
        and c.interaction.first_response_at
        and a <= c.interaction.first_response_at < b
    ]
    row = _measured(kpis.FIRST_RESPONSE, a, b)
    took = [c.consumed_seconds for c in answered]
    assert row["n"] == len(answered)
    assert float(row["value"]) == pytest.approx(_percentile(took, 0.5))
    assert float(row["p90"]) == pytest.approx(_percentile(took, 0.9))
    assert float(row["p95"]) == pytest.approx(_percentile(took, 0.95))
    in_time = [c for c in answered if c.stopped_at and c.due_at and c.stopped_at <= c.due_at]
    assert float(row["in_time"]) == pytest.approx(len(in_time) / len(answered))

    solved = [
        c.consumed_seconds
        for c in clocks
        if c.target == "resolution"
        and c.cancelled_at is None
        and c.stopped_at
        and a <= c.stopped_at < b
    ]
    row = _measured(kpis.RESOLUTION, a, b)
    assert row["n"] == len(solved)
    assert float(row["value"]) == pytest.approx(_percentile(solved, 0.5))


@pytest.mark.req("R-TMI-7")
def test_time_to_complete_and_backlog_equal_an_independent_count(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    done = [
        i
        for i in Interaction.objects.filter(status__in=["completed", "closed"])
        if i.completed_at and a <= i.completed_at < b
    ]
    took_wall = [(i.completed_at - i.opened_at).total_seconds() for i in done if i.completed_at]
    row = _measured(kpis.COMPLETION, a, b)
    assert row["n"] == len(done)
    assert float(row["value"]) == pytest.approx(_percentile(took_wall, 0.5))
    assert float(row["mean"]) == pytest.approx(statistics.fmean(took_wall))

    still = [i for i in Interaction.objects.open() if i.opened_at < b]
    ages = [(b - i.opened_at).total_seconds() for i in still]
    row = _measured(kpis.BACKLOG, a, b)
    assert row["value"] == len(still)
    assert float(row["p90"]) == pytest.approx(_percentile(ages, 0.9))


@pytest.mark.parametrize("measure", [kpis.COMPLETION, kpis.BACKLOG], ids=lambda one: one.key)
def test_history_without_the_time_it_ended_is_left_out(measure: measures.Measure) -> None:
    governed()
    now = timezone.now()
    an_interaction(ago=timedelta(days=2))
    window = (now - timedelta(days=400), now)
    before = _measured(measure, *window)
    opened = now - timedelta(days=300)
    given = {"direction": "inbound", "channel": "web", "status": "closed"}
    Interaction.objects.create(
        **given, opened_at=opened, completed_at=opened, closed_at=opened, outcome="resolved",
        verticals=["billing"], customer_informed="not-recorded", as_given={"endUnknown": True},
    )  # fmt: skip

    assert _measured(measure, *window) == before | {"excluded": before["excluded"] + 1}


@pytest.mark.req("R-TMI-4")
def test_contacts_by_channel_equal_an_independent_count(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    came = [
        i
        for i in Interaction.objects.filter(direction="inbound")
        if a <= i.opened_at < b and i.status not in {"cancelled", "merged"}
    ]
    report = report_interaction(period="week", around=now, actor=SYSTEM)
    row = _measured(kpis.CONTACTS, a, b)
    assert row["value"] == len(came)
    week = Counter(i.channel for i in came if i.opened_at >= report.span.start)
    assert report.figures["C-1"]["by_channel"] == dict(week)


@pytest.mark.req("R-TMI-10")
def test_last_promise_and_told_before_the_miss_equal_an_independent_count(now: datetime) -> None:
    a, b = now - timedelta(days=200), now + timedelta(days=30)
    promised = {
        p.clock_id: p.due_at for p in Commitment.objects.filter(number__gt=1).order_by("number")
    }
    clocks = list(SlaClock.objects.filter(cancelled_at=None))

    def last(clock: SlaClock) -> datetime | None:
        return promised.get(clock.pk) or clock.due_at

    counted = [c for c in clocks if (at := last(c)) and a <= at < b]
    met = [c for c in counted if c.stopped_at and (at := last(c)) and c.stopped_at <= at]
    row = _measured(kpis.IN_TIME_LAST, a, b)
    assert (row["part"], row["n"]) == (len(met), len(counted))

    missed = [
        c
        for c in clocks
        if c.due_at and a <= c.due_at < b and (not c.stopped_at or c.stopped_at > c.due_at)
    ]
    told = [
        c
        for c in missed
        if c.commitments.filter(number__gt=1, notice__sent_at__lt=c.due_at).exists()
    ]
    row = _measured(kpis.TOLD, a, b)
    assert (row["part"], row["n"]) == (len(told), len(missed))


def test_catalogue_sql_gives_the_same_share(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    with connection.cursor() as cursor:
        # The example of the KPI catalogue, on our table.
        cursor.execute(
            "SELECT count(*) FILTER (WHERE stopped_at<=due_at)::numeric/NULLIF(count(*),0)"
            " FROM interactions_slaclock"
            " WHERE due_at>=%s AND due_at<%s AND cancelled_at IS NULL",
            [a, b],
        )
        (share,) = cursor.fetchone()

    assert _measured(kpis.IN_TIME, a, b)["value"] == share


def test_slices_of_a_dimension_add_up_to_the_whole(now: datetime) -> None:
    a, b = now - timedelta(days=200), now
    channels = list(Interaction.objects.order_by().values_list("channel", flat=True).distinct())
    cut = [measure for measure in measures.declared() if measure.scope == kpis.SCOPE]

    whole = {one.key: _measured(one, a, b)["n"] for one in cut}

    assert whole == {
        one.key: sum(_measured(one, a, b, channel=channel)["n"] for channel in channels)
        for one in cut
    }
    assert sum(1 for n in whole.values() if n) > len(cut) / 2


def test_channels_of_the_report_equal_the_measure_cut_by_channel(now: datetime) -> None:
    report = report_interaction(period="month", around=now, actor=SYSTEM)

    for one in report.channels:
        row = _measured(kpis.IN_TIME, report.span.start, report.span.end, channel=one.key)
        assert (one.part, one.n) == (row["part"], row["n"])


def test_weeks_follow_the_operators_calendar_over_a_clock_change() -> None:
    asked = datetime(2026, 11, 1, 12, tzinfo=UTC)

    weeks = periods("week", asked, datetime(2026, 11, 21, tzinfo=UTC))

    # London leaves summer time on Sunday 25 October, within the week before the last.
    assert [week.start.astimezone(UTC).isoformat() for week in weeks[-2:]] == [
        "2026-10-18T23:00:00+00:00",
        "2026-10-26T00:00:00+00:00",
    ]
    assert all(a.end == b.start for a, b in pairwise(weeks))


def test_nothing_is_reported_of_what_is_still_to_come() -> None:
    now = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)

    week = periods("week", now, now)[-1]

    assert week.end == now


def test_figures_need_their_permission() -> None:
    with pytest.raises(PermissionDenied):
        report_interaction(period="week", around=timezone.now(), actor=an_agent())


WINDOWS = {
    "kpi_contacts": "interaction_latest",
    "kpi_first_response": "interaction_first_response",
    "kpi_completion": "interaction_completed",
    "kpi_resolution": "slaclock_by_stop",
    "kpi_in_time": "slaclock_by_due",
    "kpi_in_time_last": "commitment_by_due",
}

# Twenty thousand ended matters of three years, copied from one, with their clock and its promise.
# The planner chooses by size and spread, so these are real.
_VOLUME = """
    CREATE TEMP TABLE moment ON COMMIT DROP AS
      SELECT n, 10000000 + n AS pk, now() - n * interval '79 minutes' AS at
      FROM generate_series(1, 20000) n;
    INSERT INTO interactions_interaction SELECT new.* FROM interactions_interaction old
      CROSS JOIN moment CROSS JOIN LATERAL jsonb_populate_record(old, jsonb_build_object(
        'id', pk, 'public_id', gen_random_uuid(), 'status', 'closed', 'outcome', 'resolved',
        'customer_informed', 'email', 'due_next_at', NULL,
        'opened_at', at, 'first_response_at', at, 'completed_at', at, 'closed_at', at)) new
      WHERE old.id = %(matter)s;
    INSERT INTO interactions_slaclock SELECT new.* FROM interactions_slaclock old
      CROSS JOIN moment CROSS JOIN LATERAL jsonb_populate_record(old, jsonb_build_object(
        'id', pk, 'interaction_id', pk, 'due_at', at, 'stopped_at', at)) new
      WHERE old.id = %(clock)s;
    INSERT INTO interactions_commitment SELECT new.* FROM interactions_commitment old
      CROSS JOIN moment CROSS JOIN LATERAL jsonb_populate_record(old, jsonb_build_object(
        'id', pk, 'clock_id', pk, 'due_at', at)) new
      WHERE old.clock_id = %(clock)s AND old.number = 2;
    ANALYZE interactions_interaction, interactions_slaclock, interactions_commitment;
"""


def test_a_window_of_a_figure_is_found_by_an_index() -> None:
    governed()
    now = timezone.now()
    matter = an_interaction()
    clock = the_clock(matter)
    make_promise(clock_id=clock.pk, due_at=now + timedelta(days=2), reason="part", actor=SYSTEM)

    with connection.cursor() as cursor:
        cursor.execute(_VOLUME, {"matter": matter.pk, "clock": clock.pk})
    plans = {figure: _plan(figure, now - timedelta(days=1), now) for figure in WINDOWS}

    assert [f for f, index in WINDOWS.items() if index not in plans[f]] == []


def _plan(figure: str, a: datetime, b: datetime) -> list[str]:
    """The indexes a figure's statement would be answered by."""
    params = {**dict.fromkeys(kpis.SCOPE), "a": a, "b": b}
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.text(f"interactions/{figure}.sql"), params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return re.findall(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)", plan)
