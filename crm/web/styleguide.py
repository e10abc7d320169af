"""What the living page shows: every component with true-looking, invented content."""

from typing import Any

from crm.web import charts, times
from crm.web.forms import PreferencesForm

TOKENS = (
    "bg",
    "surface",
    "sunken",
    "raised",
    "line",
    "text",
    "accent",
    "ok",
    "warn",
    "bad",
    "hold",
)


STATES = ("ok", "soon", "risk", "over", "paused", "met")
STEPS = (
    {"label": "5% · done", "sub": "2–6 Nov", "state": "done"},
    {"label": "25% · now", "sub": "since 16 Nov", "state": "now"},
    {"label": "100%", "sub": "all", "state": ""},
)
WIZARD = (
    {"label": "File", "sub": "7,043 rows", "state": "done"},
    {"label": "Columns", "sub": "18 of 21 used", "state": "now"},
    {"label": "Trial", "sub": "nothing is written", "state": ""},
    {"label": "Import", "sub": "", "state": ""},
)
PANELS = ({"name": "fetched", "title": "Fetched panel", "icon": "router", "url": "?part=panel"},)
BOARD_COLUMNS = ("Information", "Scripts", "Systems")
BOARD_LINES = (
    {
        "label": "Log interaction",
        "summary": "2 of 3 ready",
        "url": "#",
        "cells": [
            {"state": "g", "column": "Information"},
            {"state": "a", "column": "Scripts", "why": "one old"},
            {"state": "x", "column": "Systems", "why": "test failed"},
        ],
    },
)
FUNNEL = (
    {"label": "Matched", "count": 52964, "share": 1.0},
    {"label": "May be contacted", "count": 30112, "share": 0.57},
)
SPANS = (
    {"when": "Tue 18:40–20:00", "what": "Counts", "adds": "1:20", "total": "1:20", "counts": True},
    {
        "when": "20:00–Wed 08:00",
        "what": "Closed, night",
        "adds": "",
        "total": "1:20",
        "counts": False,
    },
    {"when": "10:15–16:45", "what": "Paused, photos", "adds": "", "total": "3:35", "paused": True},
)


def samples() -> dict[str, Any]:
    """One example of everything that needs values."""
    return {
        "tokens": TOKENS,
        "states": STATES,
        "line": _line(),
        "bars": _bars(),
        "spark": charts.spark([17.2, 16.0, 16.4, 15.1, 11.8], sentence="Evening use falling"),
        "steps": STEPS,
        "board_columns": BOARD_COLUMNS,
        "board_lines": BOARD_LINES,
        "funnel": FUNNEL,
        "spans": SPANS,
        "wizard": WIZARD,
        "panels": PANELS,
        # Not one with mistakes: the page would jump to the first of them.
        "form": PreferencesForm(auto_id="sg_%s"),
    }


def _line() -> charts.LineChart | None:
    return charts.line_chart(
        ["24 Aug", "14 Sep", "5 Oct", "26 Oct", "9 Nov"],
        [
            charts.Series("First promise", [94.1, 93.2, 92.9, 91.0, 91.8]),
            charts.Series("Last promise", [96.9, 96.4, 96.6, 95.8, 96.4]),
        ],
        sentence="In time by week, falling from 94 to 92 per cent",
        x_head="Week",
        label=lambda value: times.percent(value / 100),
        target=95,
        target_label="Target 95%",
    )


def _bars() -> charts.BarChart | None:
    return charts.bar_chart(
        [("under 4 h", 46), ("4–12 h", 41), ("12–24 h", 28), ("1–3 d", 21), ("over 3 d", 12)],
        sentence="Open work by age",
        heads=("Age", "Open"),
        label=times.number,
        tones=("q", "q", "q", "w", "b"),
    )
