"""Lines: a small one without axes, and up to three over time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm.web.charts.drawn import Label, Line, LineChart, LineDrawing, Series, Spark, Tick
from crm.web.charts.scale import Scale, nice, points

_LINES = (("c-line", "c-dot"), ("c-line2", "c-dot2"), ("c-line3", "c-dot3"))
_LEAST = 2
_X_LABELS_AT = 184.0
# Two values closer than this would be written over each other.
_LABEL_APART = 13.0


def spark(
    values: Sequence[float],
    *,
    sentence: str,
    target: float | None = None,
    scale_of: tuple[float, float] | None = None,
    width: int = 240,
    height: int = 44,
) -> Spark | None:
    """A line without axes; fewer than two values draw nothing.

    `scale_of` gives lowest and highest, so that several lines can be compared.
    """
    if len(values) < _LEAST:
        return None
    low, high = scale_of or (min(values), max(values))
    scale = Scale(low, high, 4, height - 4)
    step = (width - 8) / (len(values) - 1)
    spots = [(4 + i * step, scale(v)) for i, v in enumerate(values)]
    line = points(spots)
    last_x, last_y = spots[-1]
    return Spark(
        width,
        height,
        line,
        f"4,{height} {line} {last_x:.1f},{height}",
        round(last_x, 1),
        round(last_y, 1),
        None if target is None else scale(target),
        sentence,
    )


def line_chart(
    x_labels: Sequence[str],
    series: Sequence[Series],
    *,
    sentence: str,
    x_head: str,
    label: Label,
    target: float | None = None,
    target_label: str = "",
) -> LineChart | None:
    """Up to three lines over the same x labels; fewer than two points draw nothing."""
    if len(x_labels) < _LEAST or not series:
        return None
    drawn = [Series(one.label, one.values, _LINES[i][0]) for i, one in enumerate(series)]
    values = [value for one in drawn for value in one.values] + ([] if target is None else [target])
    bounds = nice(min(values), max(values))
    drawings = [
        _line_drawing(
            css, width, x_labels=x_labels, series=drawn, scale_of=bounds, label=label, target=target
        )
        for css, width in (("chart-w", 560), ("chart-n", 340))
    ]
    rows = [[x, *(label(one.values[i]) for one in drawn)] for i, x in enumerate(x_labels)]
    return LineChart(
        sentence, drawn, drawings, [x_head, *(one.label for one in drawn)], rows, target_label
    )


@dataclass(frozen=True)
class _Paper:
    """Where the values of one drawing fall."""

    left: float
    right: float
    gap: float
    scale: Scale
    label: Label

    def tick(self, value: float) -> Tick:
        return Tick(self.scale(value), self.scale(value) + 4, self.label(value))

    def line(self, one: Series, dot_css: str) -> Line:
        spots = [(self.left + n * self.gap, self.scale(v)) for n, v in enumerate(one.values)]
        last_x, last_y = round(spots[-1][0], 1), spots[-1][1]
        said = self.label(one.values[-1])
        return Line(one.css, dot_css, points(spots), last_x, last_y, last_x + 8, last_y + 4, said)


def _line_drawing(
    css: str,
    width: int,
    *,
    x_labels: Sequence[str],
    series: Sequence[Series],
    scale_of: tuple[float, float, float],
    label: Label,
    target: float | None,
) -> LineDrawing:
    low, high, step = scale_of
    left, right, floor = 44.0, width - 62.0, 166.0
    gap = (right - left) / (len(x_labels) - 1)
    paper = _Paper(left, right, gap, Scale(low, high, 10.0, floor), label)
    return LineDrawing(
        css=css,
        width=width,
        height=190,
        left=left,
        right=right,
        tick_x=left - 7,
        x_label_y=_X_LABELS_AT,
        y_ticks=[paper.tick(low + i * step) for i in range(round((high - low) / step) + 1)],
        x_ticks=_x_ticks(x_labels, left, gap, 5 if css == "chart-w" else 3),
        target=None if target is None else paper.scale(target),
        lines=_apart([paper.line(one, _LINES[i][1]) for i, one in enumerate(series)]),
    )


def _apart(lines: list[Line]) -> list[Line]:
    """The same lines, with the values beside their ends moved up until none covers another."""
    moved = {}
    free = float("inf")
    for line in sorted(lines, key=lambda one: -one.label_y):
        at = min(line.label_y, free)
        moved[line] = replace(line, label_y=round(at, 1))
        free = at - _LABEL_APART
    return [moved[line] for line in lines]


def _x_ticks(labels: Sequence[str], left: float, gap: float, most: int) -> list[Tick]:
    last = len(labels) - 1
    shown = sorted({round(i * last / (most - 1)) for i in range(most)})
    return [Tick(round(left + i * gap, 1), _X_LABELS_AT, labels[i]) for i in shown]
