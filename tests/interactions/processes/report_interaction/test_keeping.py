"""Kept answers equal fresh ones, whatever happens to the rows behind them."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import Team
from interactions.governed import kpis
from interactions.models import Commitment, Interaction, KeptFigure, SlaClock, TouchedTime
from interactions.processes.close_interaction import cancel, complete
from interactions.processes.report_interaction import (
    Report,
    forget_overtaken,
    forget_segment_slices,
    keep_figures,
    report_interaction,
)
from readiness.registry.measures import measured
from tests.interactions.factories import an_interaction, governed, the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    governed()
    now = timezone.now().replace(microsecond=0)
    call_command("generate", customers=30, interactions=300, seed=5, now=now, stdout=io.StringIO())
    # All of it stood long before anybody asked.
    TouchedTime.objects.all().delete()
    return now


def _report(**scope: Any) -> Report:
    return report_interaction(period="week", around=timezone.now(), scope=scope, actor=SYSTEM)


def _fresh(report: Report, **scope: Any) -> dict[str, list[dict[str, Any]]]:
    """What the measures' own SQL says now, for each span of a report."""
    return {
        measure.key: [measured(measure, a=s.start, b=s.end, **scope) for s in report.spans]
        for measure in kpis.TREND
    }


def _numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: None if v is None else round(float(v), 6) for name, v in row.items()} for row in rows
    ]


def _assert_true(report: Report, **scope: Any) -> None:
    for key, rows in _fresh(report, **scope).items():
        assert _numbers(report.trends[key]) == _numbers(rows), key


@pytest.mark.req("R-TMI-12")
def test_what_is_kept_equals_what_the_rows_say(now: datetime) -> None:
    _report()

    again = _report()

    assert KeptFigure.objects.exists()
    _assert_true(again)


def test_ended_periods_are_not_asked_again(now: datetime) -> None:
    _report()

    with CaptureQueriesContext(connection) as asked:
        report = _report()

    shares = [query for query in asked if "-- S-1: clocks due" in query["sql"]]
    assert len(report.spans) == 13
    assert len(shares) == 1


def _late(days: int) -> Interaction:
    return an_interaction(ago=timedelta(days=days))


def _cancelled(now: datetime) -> None:
    first = Interaction.objects.filter(
        status="in_progress", opened_at__lt=now - timedelta(days=8)
    ).first() or _late(20)
    cancel(interaction_id=first.pk, reason="spam", actor=SYSTEM)


def _moved_to_another_team(now: datetime) -> None:
    some = Interaction.objects.filter(opened_at__lt=now - timedelta(days=8))
    some.update(team=Team.objects.create(name="Second line"))


def _entered_late(now: datetime) -> None:
    _late(25)


def _completed_long_after(now: datetime) -> None:
    complete(interaction_id=_late(30).pk, outcome="resolved", actor=SYSTEM)


def _due_moved(now: datetime) -> None:
    clocks = SlaClock.objects.filter(due_at__lt=now - timedelta(days=10))
    clocks.update(due_at=now - timedelta(days=3))


def _promised_anew(now: datetime) -> None:
    clock = the_clock(_late(40))
    Commitment.objects.create(
        clock=clock, number=2, due_at=now - timedelta(days=33), origin="agent"
    )
    SlaClock.objects.filter(pk=clock.pk).update(commitment_no=2)


@pytest.mark.req("R-TMI-12")
@pytest.mark.parametrize(
    "change",
    [
        _cancelled,
        _moved_to_another_team,
        _entered_late,
        _completed_long_after,
        _due_moved,
        _promised_anew,
    ],
)
def test_a_change_of_the_past_is_in_the_next_report(now: datetime, change: Any) -> None:
    _report()
    _report(channel="email")

    change(now)

    _assert_true(_report())
    _assert_true(_report(channel="email"), channel="email")


def test_work_of_today_leaves_no_note(now: datetime) -> None:
    complete(interaction_id=an_interaction().pk, outcome="resolved", actor=SYSTEM)

    assert not TouchedTime.objects.exists()


def test_overtaken_answers_go_and_their_note_a_while_later(now: datetime) -> None:
    _report()
    kept = KeptFigure.objects.count()
    _late(20)

    dropped = forget_overtaken()

    assert 0 < dropped < kept
    assert TouchedTime.objects.filter(applied_at__isnull=False).exists()
    TouchedTime.objects.update(applied_at=timezone.now() - timedelta(hours=1))
    forget_overtaken()
    assert not TouchedTime.objects.exists()


def test_an_answer_worked_out_before_a_change_and_kept_after_it_is_not_used(now: datetime) -> None:
    stale = _report()
    _late(20)
    forget_overtaken()
    span = next(s for s in stale.spans if s.start <= now - timedelta(days=20) < s.end)
    KeptFigure.objects.filter(starts_at=span.start).delete()
    row = stale.trends["S-1"][stale.spans.index(span)]
    KeptFigure.objects.create(
        measure="S-1", starts_at=span.start, ends_at=span.end,
        reaches_from=span.start, reaches_to=span.end, row=row,
    )  # fmt: skip

    _assert_true(_report())


def test_nightly_work_keeps_what_pages_show_of_ended_periods(now: datetime) -> None:
    assert keep_figures() > 0
    assert keep_figures() == 0

    _assert_true(_report())


def test_answers_by_segment_live_a_day(now: datetime) -> None:
    _report(segment="SOHO")
    _report()

    assert forget_segment_slices() > 0
    assert not KeptFigure.objects.filter(slice__contains="segment=").exists()
    assert KeptFigure.objects.filter(slice="").exists()
