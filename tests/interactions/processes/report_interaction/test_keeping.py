"""Kept answers equal fresh ones, whatever happens to the rows behind them."""

import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import Team
from interactions.governed import kpis
from interactions.models import (
    Call,
    Commitment,
    Interaction,
    KeptFigure,
    Message,
    ResponseRequest,
    SlaClock,
    Survey,
    TouchedTime,
)
from interactions.processes.close_interaction import cancel, complete
from interactions.processes.report_interaction import (
    PERIODS,
    Compared,
    Report,
    forget_old,
    forget_overtaken,
    forget_segment_slices,
    measure_figure,
    refresh_figures,
    report_interaction,
)
from interactions.processes.report_interaction.keeping import RIPENING, SETTLED, YOUNG
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


def _hour_passes() -> None:
    KeptFigure.objects.update(kept_at=F("kept_at") - timedelta(hours=1))


def _report(**scope: Any) -> Report:
    return report_interaction(period="week", around=timezone.now(), scope=scope, actor=SYSTEM)


def _fresh(report: Report, **scope: Any) -> dict[str, list[dict[str, Any]]]:
    """What the measures' own SQL says now, for each span of a report."""
    return {
        measure.key: [measured(measure, a=s.start, b=s.end, **scope) for s in report.spans]
        for measure in kpis.TREND
    }


def _numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _rounded(value) for name, value in row.items()} for row in rows]


def _rounded(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else round(float(value), 6)


def _assert_true(report: Report, **scope: Any) -> None:
    for key, rows in _fresh(report, **scope).items():
        # How old the open work is grows with the clock while a period runs.
        until = -1 if key in {kpis.BACKLOG.key, kpis.RESOLUTION_ALL.key} else None
        assert _numbers(report.trends[key][:until]) == _numbers(rows[:until]), key
    for one in report.quality:
        fresh = measured(one.measure, a=one.span.start, b=one.span.end, **scope)
        before = measured(one.measure, a=_before(report, one), b=one.span.start, **scope)
        assert _numbers([one.row, one.before or {}]) == _numbers([fresh, before]), one.measure.key


def _before(report: Report, one: Compared) -> datetime:
    return report.spans[report.spans.index(one.span) - 1].start


@pytest.mark.req("R-TMI-12")
def test_what_is_kept_equals_what_the_rows_say(now: datetime) -> None:
    _report()

    again = _report()

    assert KeptFigure.objects.exists()
    _assert_true(again)


def test_ended_periods_are_not_asked_again(now: datetime) -> None:
    _report()
    _hour_passes()

    with CaptureQueriesContext(connection) as asked:
        report = _report()

    shares = [query for query in asked if "-- S-1: clocks due" in query["sql"]]
    assert len(report.spans) == 13
    assert len(shares) == 1


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("_case", "ended", "tail", "worked_out", "touched", "good"),
    [
        ("just worked out", -HOUR, 0 * DAY, HOUR / 60, True, True),
        ("of a period that runs, ten minutes old", -HOUR, 0 * DAY, HOUR / 6, False, False),
        ("ended an hour ago, not settled", HOUR, 0 * DAY, HOUR / 6, False, False),
        ("settled, waits for its tail", DAY, 7 * DAY, HOUR / 2, False, True),
        ("waits for its tail, an hour old", DAY, 7 * DAY, 1.1 * HOUR, False, False),
        ("waits for its tail, reached into", DAY, 7 * DAY, HOUR / 2, True, False),
        ("final, however old", 30 * DAY, 7 * DAY, 9 * DAY, False, True),
        ("final, reached into", 30 * DAY, 7 * DAY, 9 * DAY, True, False),
    ],
)
def test_how_long_a_kept_answer_is_good(
    _case: str,
    ended: timedelta,
    tail: timedelta,
    worked_out: timedelta,
    *,
    touched: bool,
    good: bool,
) -> None:
    now = timezone.now()
    until = now - ended
    KeptFigure.objects.create(
        measure="C-4", starts_at=until - DAY, ends_at=until, reaches_from=until - DAY - tail,
        reaches_to=until + tail, final_at=until + tail + SETTLED, row={},
        kept_at=now - worked_out,
    )  # fmt: skip
    if touched:
        TouchedTime.objects.create(starts_at=until - HOUR, ends_at=until, noted_at=now)

    found = KeptFigure.objects.good(now, young=YOUNG, ripening=RIPENING, settled=SETTLED)

    assert found.exists() is good


def test_values_nobody_has_are_answered_and_not_kept(now: datetime) -> None:
    end = timezone.now().replace(hour=0, minute=0, second=0)
    for scope in ({"team": 10**9}, {"reason": "made-up"}, {"rule": "x"}, {"segment": "y"}):
        figure = measure_figure(
            key="C-1", start=end - timedelta(days=1), end=end, scope=scope, actor=SYSTEM
        )
        assert figure.row["n"] == 0

    assert KeptFigure.objects.exclude(slice="").exists() is False


def test_a_slice_somebody_has_is_kept(now: datetime) -> None:
    _report(channel="email", vertical="billing")

    assert KeptFigure.objects.filter(slice="channel=email&vertical=billing").exists()


def test_an_answer_is_retired_sixty_days_after_it_was_worked_out(now: datetime) -> None:
    _report()
    kept = KeptFigure.objects.count()
    old = KeptFigure.objects.order_by("pk").values_list("pk", flat=True)[:3]
    KeptFigure.objects.filter(pk__in=list(old)).update(kept_at=now - timedelta(days=61))

    assert forget_old() == 3
    assert KeptFigure.objects.count() == kept - 3


def _late(days: int) -> Interaction:
    return an_interaction(ago=timedelta(days=days))


def _cancelled(now: datetime) -> None:
    first = Interaction.objects.filter(
        status="in_progress", opened_at__lt=now - timedelta(days=8)
    ).first() or _late(20)
    cancel(interaction_id=first.pk, reason="spam", actor=SYSTEM)


def _moved_to_another_team(now: datetime) -> None:
    some = Interaction.objects.filter(opened_at__lt=now - timedelta(days=8))
    some.update(team=Team.objects.create(name="Second line", slug="second"))


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


def _unfinished(now: datetime) -> None:
    """A question, a call, an opinion and a notice of a week ago, of which nothing came yet."""
    matter = _late(40)
    clock = the_clock(matter)
    version = clock.capability_version
    ResponseRequest.objects.create(
        interaction=matter, question="Which line?", state="asked", on_silence="close",
        asked_at=now - timedelta(days=9), due_at=now - timedelta(days=7),
    )  # fmt: skip
    rang = now - timedelta(days=7)
    Call.objects.create(
        source="pbx", external_id="1", direction="inbound", state="answered", rang_at=rang,
        answered_at=rang + timedelta(seconds=5),
    )  # fmt: skip
    said = {"interaction": matter, "direction": "outbound", "channel": "email", "kind": "notice"}
    said |= {"author_name": "CRM", "state": "queued", "capability_version": version}
    question, notice = (Message.objects.create(**said, dedupe_key=key) for key in ("s", "n"))
    Survey.objects.create(
        interaction=matter, kind="csat", message=question, capability_version=version,
        asked_at=now - timedelta(days=7), open_until=now + timedelta(days=14),
    )  # fmt: skip
    SlaClock.objects.filter(pk=clock.pk).update(due_at=now - timedelta(days=7), commitment_no=2)
    Commitment.objects.create(clock=clock, number=2, due_at=now, origin="agent", notice=notice)


def _answered_late(now: datetime) -> None:
    ResponseRequest.objects.update(state="answered", answered_at=now)


def _wrapped_up_late(now: datetime) -> None:
    Call.objects.update(state="ended", ended_at=now - timedelta(days=7) + timedelta(minutes=2))


def _opinion_given_late(now: datetime) -> None:
    Survey.objects.update(score=5, answered_at=now - timedelta(days=1))


def _told_after_the_miss(now: datetime) -> None:
    Message.objects.filter(dedupe_key="n").update(sent_at=now, state="sent")


CHANGES: list[Callable[[datetime], None]] = [
    _cancelled,
    _moved_to_another_team,
    _entered_late,
    _completed_long_after,
    _due_moved,
    _promised_anew,
    _answered_late,
    _wrapped_up_late,
    _opinion_given_late,
    _told_after_the_miss,
]


@pytest.mark.req("R-TMI-12")
def test_a_change_of_the_past_is_in_the_next_report(
    now: datetime, subtests: pytest.Subtests
) -> None:
    _unfinished(now)
    TouchedTime.objects.all().delete()
    _report()
    _report(channel="email")
    _hour_passes()

    for change in CHANGES:
        # Each change alone: what it and the reports after it wrote is taken back.
        with subtests.test(change.__name__), transaction.atomic():
            change(now)

            _assert_true(_report())
            _assert_true(_report(channel="email"), channel="email")
            transaction.set_rollback(True)


@pytest.mark.req("R-TMI-12")
def test_kept_figures_equal_the_rows_after_changes_of_every_kind(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for period, number in {"day": 1, "week": 3, "month": 3}.items():
        monkeypatch.setitem(PERIODS, period, number)
    Team.objects.all().delete()
    _unfinished(now)
    refresh_figures(10_000)
    _hour_passes()
    for change in random.Random(3).sample(CHANGES, len(CHANGES)):
        change(now)

    refresh_figures(10_000)

    by_key = {measure.key: measure for measure in kpis.EVERY}
    kept = [
        one
        for one in KeptFigure.objects.good(
            timezone.now(), young=YOUNG, ripening=timedelta(), settled=SETTLED
        )
        if one.measure in by_key and one.ends_at <= now
    ]
    wrong = [
        f"{one} {one.slice}"
        for one in kept
        if _numbers([one.row])
        != _numbers(
            [measured(by_key[one.measure], a=one.starts_at, b=one.ends_at, **_scope(one.slice))]
        )
    ]
    assert wrong == []
    assert {one.measure for one in kept} == set(by_key)


def _scope(cut: str) -> dict[str, Any]:
    return {k: int(v) if v.isdecimal() else v for k, v in parse_qsl(cut)}


@pytest.mark.req("R-TMI-12")
def test_refreshing_goes_on_where_it_stopped_and_ends(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for period in PERIODS:
        monkeypatch.setitem(PERIODS, period, 2)

    first = refresh_figures(7)

    assert (first, KeptFigure.objects.count()) == (7, 7)
    while refresh_figures(500):
        pass
    assert KeptFigure.objects.filter(slice="").count() == 6 * (len(kpis.EVERY) + 1)
    assert refresh_figures(500) == 0


def test_a_page_asks_no_rows_of_what_was_worked_out_ahead(now: datetime) -> None:
    _report()

    with CaptureQueriesContext(connection) as asked:
        _report()

    assert [query["sql"][:60] for query in asked if "keptfigure" not in query["sql"]] == []
    assert len(asked) == 1


def test_a_running_period_is_told_as_of_when_it_was_worked_out(now: datetime) -> None:
    _report()
    KeptFigure.objects.update(kept_at=F("kept_at") - timedelta(minutes=3))

    report = _report()

    assert timedelta(minutes=2) < timezone.now() - report.as_of < timedelta(minutes=5)


@pytest.mark.req("R-TMI-12")
def test_a_figure_that_waits_for_more_says_as_of_when_it_is_told(now: datetime) -> None:
    _report()
    waits = KeptFigure.objects.filter(measure="E-3-km", ends_at__lt=now - SETTLED, final_at__gt=now)
    waits.update(kept_at=F("kept_at") - timedelta(minutes=40))

    report = _report()

    assert timezone.now() - report.as_of < timedelta(minutes=5)
    assert set(report.told_at) == {"E-3-km"}
    told = timezone.now() - report.told_at["E-3-km"]
    assert timedelta(minutes=39) < told < timedelta(minutes=45)


def test_one_figure_says_when_it_was_worked_out(now: datetime) -> None:
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0)
    day: dict[str, Any] = {"key": "C-1", "end": today, "actor": SYSTEM}
    day |= {"start": today - timedelta(days=1)}
    kept = measure_figure(**day)
    KeptFigure.objects.update(kept_at=F("kept_at") - timedelta(minutes=3))
    again = measure_figure(**day, by="channel")
    asked = measure_figure(**(day | {"start": today - timedelta(days=1, hours=1)}))

    assert kept.as_of is not None
    assert again.as_of == kept.as_of - timedelta(minutes=3)
    assert asked.as_of is None


def test_work_of_today_leaves_no_note(now: datetime) -> None:
    complete(interaction_id=an_interaction().pk, outcome="resolved", actor=SYSTEM)

    assert not TouchedTime.objects.exists()


def test_overtaken_answers_go_and_their_note_a_while_later(now: datetime) -> None:
    _report()
    kept = KeptFigure.objects.count()
    _hour_passes()
    _late(20)

    dropped = forget_overtaken()

    assert 0 < dropped < kept
    assert TouchedTime.objects.exists()
    TouchedTime.objects.update(noted_at=timezone.now() - timedelta(hours=1))
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
        measure="S-1", starts_at=span.start, ends_at=span.end, reaches_from=span.start,
        reaches_to=span.end, final_at=span.end, row=row,
        kept_at=timezone.now() - timedelta(minutes=6),
    )  # fmt: skip

    _assert_true(_report())


def test_answers_by_segment_live_a_day(now: datetime) -> None:
    _report(segment="SOHO")
    _report()

    assert forget_segment_slices() > 0
    assert not KeptFigure.objects.filter(slice__contains="segment=").exists()
    assert KeptFigure.objects.filter(slice="").exists()
