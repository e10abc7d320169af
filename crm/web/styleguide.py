"""What the living page shows: every component with true-looking, invented content."""

from typing import Any

from crm.web import charts, times

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


def samples() -> dict[str, Any]:
    """One example of everything that needs values."""
    weeks = ["24 Aug", "14 Sep", "5 Oct", "26 Oct", "9 Nov"]

    def per_cent(value: float) -> str:
        return times.percent(value / 100)

    return {
        "tokens": TOKENS,
        "states": ("ok", "soon", "risk", "over", "paused", "met"),
        "line": charts.line_chart(
            weeks,
            [
                charts.Series("First promise", [94.1, 93.2, 92.9, 91.0, 91.8]),
                charts.Series("Last promise", [96.9, 96.4, 96.6, 95.8, 96.4]),
            ],
            sentence="In time by week, falling from 94 to 92 per cent",
            x_head="Week",
            label=per_cent,
            target=95,
            target_label="Target 95%",
        ),
        "bars": charts.bar_chart(
            [("under 4 h", 46), ("4–12 h", 41), ("12–24 h", 28), ("1–3 d", 21), ("over 3 d", 12)],
            sentence="Open work by age",
            heads=("Age", "Open"),
            label=times.number,
            tones=("q", "q", "q", "w", "b"),
        ),
        "spark": charts.spark([17.2, 16.0, 16.4, 15.1, 11.8], sentence="Evening use falling"),
        "steps": [
            {"label": "5% · done", "sub": "2–6 Nov", "state": "done"},
            {"label": "25% · now", "sub": "since 16 Nov", "state": "now"},
            {"label": "100%", "sub": "all", "state": ""},
        ],
        "board_columns": ["Information", "Scripts", "Systems"],
        "board_lines": [
            {
                "label": "Log interaction",
                "summary": "2 of 3 ready",
                "url": "#",
                "cells": [
                    {"state": "g", "column": "Information"},
                    {"state": "a", "column": "Scripts", "why": "one old"},
                    {"state": "x", "column": "Systems", "why": "test failed"},
                ],
            }
        ],
        "funnel": [
            {"label": "Matched", "count": 52964, "share": 1.0},
            {"label": "May be contacted", "count": 30112, "share": 0.57},
        ],
        "spans": [
            {
                "when": "Tue 18:40–20:00",
                "what": "Counts",
                "adds": "1:20",
                "total": "1:20",
                "counts": True,
            },
            {
                "when": "20:00–Wed 08:00",
                "what": "Closed, night",
                "adds": "",
                "total": "1:20",
                "counts": False,
            },
            {
                "when": "10:15–16:45",
                "what": "Paused, photos",
                "adds": "",
                "total": "3:35",
                "paused": True,
            },
        ],
    }
