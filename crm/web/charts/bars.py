"""Bars from zero."""

from collections.abc import Sequence

from crm.web.charts.drawn import Bar, BarChart, BarDrawing, Label


def bar_chart(
    bars: Sequence[tuple[str, float]],
    *,
    sentence: str,
    heads: tuple[str, str],
    label: Label,
    tones: Sequence[str] = (),
    values: bool = True,
    width: int = 520,
    height: int = 150,
) -> BarChart | None:
    """Bars from zero; a tone per bar is "q" quiet, "w" warn, "b" bad or "" accent."""
    if not bars:
        return None
    widths = (("chart-w", width), ("chart-n", 320)) if values else (("", width),)
    drawings = [
        _bar_drawing(css, each, height, bars=bars, tones=tones, label=label, values=values)
        for css, each in widths
    ]
    return BarChart(
        sentence, drawings, values, list(heads), [[name, label(value)] for name, value in bars]
    )


def _bar_drawing(
    css: str,
    width: int,
    height: int,
    *,
    bars: Sequence[tuple[str, float]],
    tones: Sequence[str],
    label: Label,
    values: bool,
) -> BarDrawing:
    floor = height - 16.0
    top = 14.0 if values else 2.0
    highest = max((value for _name, value in bars), default=0) or 1
    gap = min(14.0, width / len(bars) * 0.3)
    each = (width - gap * (len(bars) - 1)) / len(bars)
    drawn = []
    for i, (name, value) in enumerate(bars):
        tall = round(max(0.0, value) / highest * (floor - top), 1)
        x = round(i * (each + gap), 1)
        drawn.append(
            Bar(
                x=x,
                y=round(floor - tall, 1),
                width=round(each, 1),
                height=tall,
                middle=round(x + each / 2, 1),
                value_y=round(floor - tall - 4, 1),
                label=name,
                value=label(value),
                tone=tones[i] if i < len(tones) else "q",
            )
        )
    return BarDrawing(css, width, height, floor, height - 3.0, drawn)
