"""Performance: two promises, told before the miss, percentiles and age, each with its rows."""

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import require, signed_in
from crm.accounts.models import Team
from crm.web import charts, times
from crm.web.page import render_page
from interactions.governed import kpis
from interactions.models import Reason
from interactions.processes import report_interaction as reporting
from interactions.processes.report_interaction import TOO_FEW, Compared, Report
from interactions.web import wording
from interactions.web.performance_rows import needs_somebody
from readiness.registry.measures import Measure

_KEPT_SECONDS = 60
# What can be chosen changes rarely; asking for it looks at many rows.
_WORDS_SECONDS = 600
_GOOD = 0.95
_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True)
class Slice:
    """What the address asks for."""

    period: str
    around: datetime
    scope: Mapping[str, Any]


@login_required
@require_GET
def performance(request: HttpRequest) -> HttpResponse:
    """The page; a minute old at most, and it says so."""
    actor = signed_in(request)
    require(actor, "interactions.report_interaction")
    asked = wish(request.GET)
    sliced = urlencode(sorted(asked.scope.items()))
    key = f"performance:{asked.period}:{asked.around.date()}:{sliced}"
    report: Report | None = cache.get(key)
    if report is None:
        report = reporting.report_interaction(
            period=asked.period, around=asked.around, scope=asked.scope, actor=actor
        )
        cache.set(key, report, _KEPT_SECONDS)
    return render_page(request, "interactions/performance.html", _context(request, asked, report))


def wish(params: QueryDict) -> Slice:
    """Read the address; what it says wrongly is left out."""
    period = params.get("period", "week")
    try:
        day = parse_date(params.get("on", ""))
    except ValueError:
        day = None
    now = timezone.localtime(timezone.now())
    around = now.replace(year=day.year, month=day.month, day=day.day) if day else now
    numbers = {
        name: int(value)
        for name in ("team", "version")
        if (value := params.get(name, "")).isdecimal() and len(value) < 18  # noqa: PLR2004  # bigint
    }
    words = {
        name: params.get(name, "")[:120].replace("\x00", "")
        for name in ("reason", "segment", "rule")
        if params.get(name)
    }
    listed = {
        name: params[name]
        for name, known in (("channel", wording.CHANNELS), ("vertical", wording.VERTICALS))
        if params.get(name, "") in known
    }
    scope = {**listed, **words, **numbers}
    return Slice(period if period in reporting.PERIODS else "week", around, scope)


def _context(request: HttpRequest, asked: Slice, report: Report) -> dict[str, Any]:
    figures = report.figures
    scale = _scale(report)
    rows_at = f"{reverse('interactions:performance_rows')}?{_query(request)}"
    return {
        "asked": asked,
        "report": report,
        "span_name": span_name(asked.period, report.span.start),
        "periods": _periods(request, asked),
        "before_url": _moved(request, report.span.start - timedelta(hours=1)),
        "after_url": _later(request, asked, report),
        "filters": _filters(asked),
        "filtered": bool(asked.scope),
        "rows_url": rows_at,
        "stats": _stats(figures, rows_at),
        "in_time": _share_chart(report, asked.period),
        "first_response": _time_chart(report, "E-2", asked.period),
        "next_response": _time_chart(report, "E-2-next", asked.period),
        "resolution": _time_chart(report, "E-3-desk", asked.period),
        "lasting": _lasting_chart(report, asked.period),
        "backlog": _backlog_chart(report, asked.period),
        "channels": [_channel(one, scale) for one in report.channels],
        "scale_name": _("same scale, %(low)s–%(high)s; dots: %(target)s")
        % {
            "low": times.percent(scale[0]),
            "high": times.percent(scale[1]),
            "target": times.percent(_GOOD),
        },
        "figures": figures,
        "said": _said(report),
        "by_target": _by_target(figures["S-1"]),
        "answered_in_time": {key: _in_time(figures[key]) for key in ("E-2", "E-2-next")},
        "first_resolve": _first_resolve(figures["E-3-first"]),
        "half_resolved": _half_resolved(figures["E-3-km"]),
        "defined": {measure.key: measure for measure in _MEASURES},
        "ages": _ages(figures["E-5"]),
        "contacts": _contacts(figures["C-1"]),
        "verticals": _verticals(figures["$-1"], rows_at),
        "cost": _money(figures["$-1"]),
        "quality": [_compared(one, rows_at) for one in report.quality],
        "needs": needs_somebody(asked.scope, report.as_of),
        "too_few_n": TOO_FEW,
    }


_MEASURES = (
    kpis.IN_TIME,
    kpis.IN_TIME_LAST,
    kpis.TOLD,
    kpis.FIRST_RESPONSE,
    kpis.NEXT_RESPONSE,
    kpis.COMPLETION,
    kpis.RESOLUTION,
    kpis.RESOLUTION_FIRST,
    kpis.RESOLUTION_ALL,
    kpis.BACKLOG,
    kpis.CONTACTS,
    kpis.CONTACT_COST,
)


def _query(request: HttpRequest, **changes: str | None) -> str:
    params = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = value
    return params.urlencode()


def _periods(request: HttpRequest, asked: Slice) -> list[dict[str, Any]]:
    names = {"day": _("Day"), "week": _("Week"), "month": _("Month")}
    return [
        {"url": f"?{_query(request, period=key)}", "label": name, "on": key == asked.period}
        for key, name in names.items()
    ]


def _moved(request: HttpRequest, to: datetime) -> str:
    return f"?{_query(request, on=timezone.localtime(to).date().isoformat())}"


def _later(request: HttpRequest, asked: Slice, report: Report) -> str:
    start = reporting.after(report.span.start, asked.period)
    return _moved(request, start) if start < report.as_of else ""


def span_name(period: str, start: datetime) -> str:
    """A day, week or month as people say it."""
    start = timezone.localtime(start)
    if period == "day":
        return date_format(start, "D j F Y")
    if period == "month":
        return date_format(start, "F Y")
    last = reporting.after(start, period) - timedelta(hours=12)
    return f"{date_format(start, 'j F')} – {date_format(timezone.localtime(last), 'j F Y')}"


def _filters(asked: Slice) -> list[dict[str, Any]]:
    """The dimensions, each with what can be chosen and what is."""
    rules, segments = cache.get_or_set("performance:words", _words, _WORDS_SECONDS) or ([], [])
    choices: dict[str, tuple[str, list[tuple[Any, Any]]]] = {
        "channel": (_("All channels"), [(k, name) for k, (name, _i) in wording.CHANNELS.items()]),
        "vertical": (_("All verticals"), list(wording.VERTICALS.items())),
        "reason": (
            _("All reasons"),
            list(Reason.objects.order_by("name").values_list("key", "name")),
        ),
        "team": (_("All teams"), list(Team.objects.values_list("pk", "name"))),
        "segment": (
            _("All segments"),
            [(segment, segment) for segment in segments],
        ),
        "rule": (_("All promises"), [(rule, rule) for rule in rules]),
    }
    return [
        {
            "name": name,
            "every": every,
            "options": options,
            "chosen": asked.scope.get(name, ""),
            "data": name in {"reason", "team", "segment", "rule"},
        }
        for name, (every, options) in choices.items()
        if options
    ]


def scope_name(asked: Slice) -> str:
    """What the figures are narrowed to, in words."""
    return ", ".join(
        str(name)
        for one in _filters(asked)
        for key, name in one["options"]
        if one["chosen"] and key == one["chosen"]
    )


def _words() -> tuple[list[str], list[str]]:
    return reporting.promises(), reporting.segments()


def _stats(figures: Mapping[str, dict[str, Any]], rows: str) -> list[dict[str, Any]]:
    first, last, told = figures["S-1"], figures["S-1-last"], figures["S-3"]
    response, backlog = figures["E-2"], figures["E-5"]
    few = response["n"] < TOO_FEW
    return [
        _share(_("In time, first promise"), first, f"{rows}&show=due"),
        _share(_("In time, last promise"), last, f"{rows}&show=due_last"),
        _share(_("Told before the miss"), told, f"{rows}&show=missed", good=1.0),
        {
            "label": _("First response p50"),
            "value": _("too few") if few else _time(response["value"]),
            "sub": _("n %(n)s") % {"n": times.number(response["n"])},
            "url": f"{rows}&show=answered",
        },
        {
            "label": _("First response p90"),
            "value": _("too few") if few else _time(response["p90"]),
            "sub": "" if few else _in_time(response),
            "url": f"{rows}&show=answered",
        },
        {
            "label": _("Open at the end"),
            "value": times.number(backlog["value"]),
            "sub": _("p90 age %(age)s") % {"age": _long(backlog["p90"])} if backlog["n"] else "",
            "url": f"{rows}&show=open",
        },
    ]


def _in_time(response: Mapping[str, Any]) -> str:
    if response["n"] < TOO_FEW:
        return ""
    return _("%(share)s in time") % {"share": times.percent(float(response["in_time"]))}


def _share(label: str, row: dict[str, Any], url: str, good: float = _GOOD) -> dict[str, Any]:
    base = _("%(part)s of %(n)s") % {
        "part": times.number(row["part"]),
        "n": times.number(row["n"]),
    }
    if row["n"] < TOO_FEW:
        return {"label": label, "value": _("too few"), "sub": base, "url": url}
    low = float(row["value"]) < good
    return {
        "label": label,
        "value": times.percent(float(row["value"]), 1),
        "sub": base,
        "tone": "warn" if low else "",
        "url": url,
    }


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else times.left(float(seconds))


def _long(seconds: Any) -> str:
    """A time on the wall: hours below two days, days above."""
    if seconds is None:
        return "–"
    if float(seconds) < 2 * _DAY:
        return _("%(n)d h") % {"n": float(seconds) // _HOUR}
    return _("%(n)d d") % {"n": float(seconds) // _DAY}


def _labels(report: Report, period: str) -> list[str]:
    form = "M Y" if period == "month" else "j M"
    return [date_format(timezone.localtime(span.start), form) for span in report.spans]


def _share_chart(report: Report, period: str) -> charts.LineChart | None:
    """Only periods with enough rows are points: a line through three rows lies."""
    first, last = report.trends["S-1"], report.trends["S-1-last"]
    points = [
        (name, float(a["value"]) * 100, float(b["value"]) * 100)
        for name, a, b in zip(_labels(report, period), first, last, strict=True)
        if a["n"] >= TOO_FEW and b["n"] >= TOO_FEW
    ]
    if not points:
        return None
    names, firsts, lasts = zip(*points, strict=True)
    return charts.line_chart(
        names,
        [
            charts.Series(_("First promise (contract)"), firsts),
            charts.Series(_("Last promise"), lasts),
        ],
        sentence=_("In time by period: first promise %(first)s now, last promise %(last)s")
        % {"first": times.percent(firsts[-1] / 100, 1), "last": times.percent(lasts[-1] / 100, 1)},
        x_head=_("Period"),
        # A round step of the scale stands without its zero.
        label=lambda value: times.percent(value / 100, 0 if float(value).is_integer() else 1),
        target=_GOOD * 100,
        target_label=_("Target %(share)s") % {"share": times.percent(_GOOD)},
    )


def _time_chart(report: Report, key: str, period: str) -> charts.LineChart | None:
    points = [
        (name, *(float(row[part]) / _HOUR for part in ("p90", "value", "p95")))
        for name, row in zip(_labels(report, period), report.trends[key], strict=True)
        if row["n"] >= TOO_FEW
    ]
    if not points:
        return None
    names, slow, half, slowest = zip(*points, strict=True)
    return charts.line_chart(
        names,
        [
            charts.Series("p90", slow),
            charts.Series("p50", half),
            charts.Series("p95", slowest),
        ],
        sentence=_("Desk time by period: p90 %(p90)s now, p50 %(p50)s, p95 %(p95)s")
        % {
            "p90": _time(slow[-1] * _HOUR),
            "p50": _time(half[-1] * _HOUR),
            "p95": _time(slowest[-1] * _HOUR),
        },
        x_head=_("Period"),
        label=lambda value: _time(value * _HOUR) if value else "0",
    )


def _lasting_chart(report: Report, period: str) -> charts.LineChart | None:
    """The share still open after so much desk time, of this period beside the one before."""
    names, rows = _labels(report, period)[-2:], report.trends["E-3-km"][-2:]
    curves = {
        name: json.loads(row["by_time"])
        for name, row in zip(names, rows, strict=True)
        if row["n"] >= TOO_FEW
    }
    if names[-1] not in curves:
        return None
    after = [at for at, _left in curves[names[-1]]]
    shares = {name: _at(curve, after) for name, curve in curves.items()}
    newest_first = list(reversed(shares.items()))
    return charts.line_chart(
        [_time(at) if at else "0" for at in after],
        [charts.Series(_("Opened from %(day)s") % {"day": name}, s) for name, s in newest_first],
        sentence=_("Share still open after so much desk time. %(half)s")
        % {"half": _half_resolved(rows[-1])},
        x_head=_("Desk time"),
        label=lambda share: times.percent(share / 100),
        target=50,
        target_label=_("Half"),
    )


def _at(curve: Sequence[Sequence[float]], asked: Sequence[float]) -> list[float]:
    """A curve read at other times than its own: it falls in steps and keeps its last one."""
    known = [at for at, _share in curve]
    return [curve[max(bisect_right(known, at) - 1, 0)][1] * 100 for at in asked]


def _half_resolved(row: Mapping[str, Any]) -> str:
    if row["n"] < TOO_FEW:
        return ""
    if row["value"] is None:
        return _("Fewer than half were resolved within %(time)s.") % {
            "time": _time(row["followed"])
        }
    return _("Half were resolved within %(time)s.") % {"time": _time(row["value"])}


def _first_resolve(row: Mapping[str, Any]) -> str:
    if row["n"] < TOO_FEW:
        return ""
    return _("First resolve: p50 %(p50)s, p90 %(p90)s; %(n)s ran on after it.") % {
        "p50": _time(row["value"]),
        "p90": _time(row["p90"]),
        "n": times.number(row["ran_again"]),
    }


def _backlog_chart(report: Report, period: str) -> charts.LineChart | None:
    """How old the open work was at the end of each period."""
    points = [
        (name, float(row["p90"]) / _DAY, float(row["p50"]) / _DAY)
        for name, row in zip(_labels(report, period), report.trends["E-5"], strict=True)
        if row["n"] >= TOO_FEW
    ]
    if not points:
        return None
    names, old, half = zip(*points, strict=True)
    return charts.line_chart(
        names,
        [charts.Series("p90", old), charts.Series("p50", half)],
        sentence=_("Age of open work at the end of each period: p90 %(p90)s now, p50 %(p50)s")
        % {"p90": _long(old[-1] * _DAY), "p50": _long(half[-1] * _DAY)},
        x_head=_("Period"),
        label=lambda days: _long(days * _DAY) if days else "0",
    )


def _scale(report: Report) -> tuple[float, float]:
    """One scale for all channels, from the lowest share that is drawn."""
    drawn = [s for one in report.channels if one.enough for s in one.shares if s is not None]
    lowest = min([*drawn, _GOOD])
    return int(lowest * 20) / 20, 1.0


def _channel(one: reporting.Channel, scale: tuple[float, float]) -> dict[str, Any]:
    name = wording.channel(one.key)
    shares = [share for share in one.shares if share is not None]
    now = times.percent(one.part / one.n, 1) if one.n else "–"
    return {
        "key": one.key,
        "name": name,
        "icon": wording.channel_icon(one.key),
        "n": one.n,
        "enough": one.enough,
        "value": now,
        "change": times.signed(one.change * 100) if one.change is not None else "",
        "worse": one.change is not None and one.change < -0.01,  # noqa: PLR2004  # one point
        "spark": charts.spark(
            shares,
            sentence=_("%(channel)s: %(share)s now") % {"channel": name, "share": now},
            target=_GOOD,
            scale_of=scale,
        ),
        "p90": _time(one.p90),
    }


def _said(report: Report) -> dict[str, str]:
    """Under each chart: the base, what was left out of it, and as of when if that is earlier."""
    said = {
        key: _("n %(n)s, left out %(excluded)s.")
        % {"n": times.number(row["n"]), "excluded": times.number(row["excluded"])}
        for key, row in report.figures.items()
    }
    for key, at in report.told_at.items():
        said[key] = f"{said.get(key, '')} {_as_of(at)}".strip()
    return said


def _as_of(at: datetime) -> str:
    """A period that is over waits for what belongs to it; it is told anew once an hour."""
    return _("Periods that are over: as of %(time)s.") % {"time": times.instant(at)}


# What a figure opens when it is asked for its rows.
_ROWS_OF = {
    "C-2": "opened",
    "C-4": "completed",
    "C-5": "repeat",
    "C-7": "alone",
    "E-4": "reopened",
    "E-4-soon": "reopened_soon",
    "E-4-transfers": "handed_on",
    "E-6": "merged",
    "S-2": "missed",
    "S-4": "missed",
    "S-5": "promised_anew",
    "S-6": "asked",
    "S-7": "unpermitted",
    "C-6": "opinions",
    "C-6-nps": "opinions",
    "C-6-ces": "opinions",
    "C-3": "calls",
    "E-1": "calls",
    "E-1-written": "worked",
    "E-7": "calls",
}


def _compared(one: Compared, rows: str) -> dict[str, Any]:
    """One line of the table: the figure, its base, and which way it went."""
    measure, row, before = one.measure, one.row, one.before
    told = in_words(measure, row)
    earlier = in_words(measure, before) if before else ""
    kind = _ROWS_OF.get(measure.key)
    on = timezone.localtime(one.span.start).date().isoformat()
    return {
        "key": measure.key,
        "title": _(measure.title),
        "definition": _(measure.definition),
        "value": told or _("too few"),
        "detail": in_detail(measure.key, row) if told else "",
        "few": not told,
        "before": earlier or "–",
        "tone": _went(measure, row, before) if told and before and earlier else "",
        "since": date_format(timezone.localtime(one.span.start), "j M"),
        "told_at": times.instant(one.told_at) if one.told_at else "",
        "base": _("%(n)s, left out %(excluded)s")
        % {"n": times.number(row["n"]), "excluded": times.number(row["excluded"])},
        "url": f"{rows}&show={kind}&on={on}" if kind else "",
    }


def in_words(measure: Measure, row: Mapping[str, Any]) -> str:
    """The value in words; a share of too few rows is none."""
    value = row["value"]
    if measure.unit == "count":
        return times.number(value or 0)
    if value is None or row["n"] < TOO_FEW:
        return ""
    told: dict[str, Callable[[float], str]] = {
        "ratio": lambda share: times.percent(share, 1),
        "rate": lambda each: times.number(each, 1),
        "points": lambda share: times.signed(share * 100, 0),
        "score": lambda score: times.number(score, 1),
        "money": times.money,
        "seconds": times.left,
    }
    return told[measure.unit](value)


def in_detail(key: str, row: Mapping[str, Any]) -> str:
    """What else the measure tells, in one line; a part nothing is known of is left out."""
    said = [
        words % {"told": show(float(row[part]))}
        for part, words, show in _detail_of().get(key, ())
        if row.get(part) is not None
    ]
    return "; ".join(said)


def _detail_of() -> dict[str, tuple[tuple[str, str, Callable[[float], str]], ...]]:
    def share(value: float) -> str:
        return times.percent(value, 1)

    def count(value: float) -> str:
        return times.number(round(value))

    middle, slow = ("p50", _("p50 %(told)s"), times.left), ("p90", _("p90 %(told)s"), times.left)
    return {
        "C-3": (
            ("mean", _("mean %(told)s"), times.left),
            ("p90", _("p90 %(told)s"), times.left),
            ("within_20_seconds", _("%(told)s within 20 seconds"), share),
            ("abandoned", _("%(told)s rang off"), share),
            ("rang_off_within_5_seconds", _("%(told)s within 5 seconds not counted"), count),
        ),
        "E-1": (middle, slow),
        "E-1-written": (middle, slow),
        "C-6": (
            ("low", _("at least %(told)s"), share),
            ("high", _("at most %(told)s"), share),
            ("response_rate", _("%(told)s of those asked"), share),
        ),
        "E-7": (
            ("busy_seconds", _("%(told)s on calls"), times.left),
            ("free_seconds", _("%(told)s free for them"), times.left),
            ("colleagues", _("%(told)s colleagues"), count),
        ),
        "S-4": (
            ("p10", _("one in ten under %(told)s"), times.left),
            ("false_alarms", _("%(told)s of alarms for nothing"), share),
        ),
        "S-5": (
            ("part", _("%(told)s kept"), count),
            ("n", _("%(told)s made"), count),
        ),
        "S-6": (
            ("in_time", _("%(told)s answered in time"), share),
            ("median", _("half within %(told)s"), times.left),
        ),
    }


def _by_target(row: Mapping[str, Any]) -> str:
    """The share of each promise by itself."""
    return "; ".join(
        f"{wording.target(key)} {times.percent(one['part'] / one['n'], 1)}"
        for key, one in sorted(json.loads(row["by_target"]).items())
        if one["n"] >= TOO_FEW
    )


def _went(measure: Measure, row: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    change = (row["value"] or 0) - (before["value"] or 0)
    if not change or measure.better not in {"up", "down"}:
        return ""
    return "ok" if (change > 0) == (measure.better == "up") else "warn"


def _ages(backlog: Mapping[str, Any]) -> charts.BarChart | None:
    named = [
        (_("under 4 h"), "under_4_hours", "q"),
        (_("4–12 h"), "under_12_hours", "q"),
        (_("12–24 h"), "under_24_hours", "q"),
        (_("1–3 days"), "under_3_days", "w"),
        (_("over 3 days"), "older", "b"),
    ]
    if not backlog["n"]:
        return None
    bars = [(name, float(backlog[key])) for name, key, _tone in named]
    return charts.bar_chart(
        bars,
        sentence=_("Open work by age: %(list)s")
        % {"list": ", ".join(f"{name} {times.number(value, 0)}" for name, value in bars)},
        heads=(_("Age"), _("Open")),
        label=lambda value: times.number(value, 0),
        tones=[tone for _name, _key, tone in named],
    )


def _contacts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    counted = sorted(row["by_channel"].items(), key=lambda pair: -pair[1])
    return [
        {
            "name": wording.channel(key),
            "icon": wording.channel_icon(key),
            "n": n,
            "share": n / row["n"],
        }
        for key, n in counted
    ]


def _verticals(row: Mapping[str, Any], rows: str) -> list[dict[str, Any]]:
    """Each vertical with what came in about it and what that cost, in their usual order."""
    priced = row["n"] > row["unpriced"]
    return [
        {
            "name": name,
            "n": found["n"],
            "cost": times.money(found["cost"]) if priced else "–",
            "url": f"{rows}&show=opened&vertical={key}",
        }
        for key, name in wording.VERTICALS.items()
        if (found := row["by_vertical"].get(key))
    ]


def _money(row: Mapping[str, Any]) -> dict[str, str]:
    """All of it and one of it, as long as any channel has a price."""
    if row["value"] is None:
        return {"whole": "–", "each": ""}
    return {"whole": times.money(row["cost"]), "each": times.money(row["value"])}
