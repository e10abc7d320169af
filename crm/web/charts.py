"""Small charts drawn by the server: values in, the coordinates of an SVG out. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Label = Callable[[float], str]
_LINES = (("c-line", "c-dot"), ("c-line2", "c-dot2"))


@dataclass(frozen=True)
class Spark:
    """A line without axes, as the spark component draws it."""

    width: int
    height: int
    points: str
    area: str
    last_x: float
    last_y: float
    target: float | None
    sentence: str


@dataclass(frozen=True)
class Series:
    """One line: its name and a value per x label."""

    label: str
    values: Sequence[float]
    css: str = "c-line"


@dataclass(frozen=True)
class Tick:
    """A label on an axis."""

    at: float
    text_at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One drawn line with its last value written beside it."""

    css: str
    dot_css: str
    points: str
    last_x: float
    last_y: float
    label_x: float
    label_y: float
    label: str


@dataclass(frozen=True)
class LineDrawing:
    """A line chart at one width; text keeps its size because each width has its own drawing."""

    css: str
    width: int
    height: int
    left: float
    right: float
    tick_x: float
    x_label_y: float
    y_ticks: list[Tick]
    x_ticks: list[Tick]
    target: float | None
    lines: list[Line]


@dataclass(frozen=True)
class LineChart:
    """A line chart, wide and narrow, with its table."""

    sentence: str
    series: list[Series]
    drawings: list[LineDrawing]
    heads: list[str]
    rows: list[list[str]]
    target_label: str = ""


@dataclass(frozen=True)
class Bar:
    """One drawn bar."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    value_y: float
    label: str
    value: str
    tone: str


@dataclass(frozen=True)
class BarDrawing:
    """A bar chart at one width."""

    css: str
    width: int
    height: int
    floor: float
    label_y: float
    bars: list[Bar]


@dataclass(frozen=True)
class BarChart:
    """A bar chart with its table."""

    sentence: str
    drawings: list[BarDrawing]
    values: bool
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


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
    if len(values) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    low, high = scale_of or (min(values), max(values))
    scale = _Scale(low, high, 4, height - 4)
    step = (width - 8) / (len(values) - 1)
    points = [(4 + i * step, scale(v)) for i, v in enumerate(values)]
    line = _points(points)
    last_x, last_y = points[-1]
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
    """One or two lines over the same x labels; fewer than two points draw nothing."""
    if len(x_labels) < 2 or not series:  # noqa: PLR2004 - a line needs two points
        return None
    drawn = [Series(one.label, one.values, _LINES[i % 2][0]) for i, one in enumerate(series)]
    values = [value for one in drawn for value in one.values] + ([] if target is None else [target])
    bounds = _nice(min(values), max(values))
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


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    top: float
    bottom: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return round(self.bottom - (value - self.low) / span * (self.bottom - self.top), 1)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _nice(low: float, high: float) -> tuple[float, float, float]:
    """Round bounds and a step that gives four to six grid lines."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0
    while span / power < 1:
        power /= 10
    while span / power >= 10:  # noqa: PLR2004 - one leading digit
        power *= 10
    step = next(power * f for f in (0.2, 0.25, 0.5, 1, 2, 2.5) if span / (power * f) <= 5)  # noqa: PLR2004
    bottom = step * (low // step)
    top = step * -(-high // step)
    return bottom, top if top > bottom else bottom + step, step


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
    scale = _Scale(low, high, 10.0, floor)
    gap = (right - left) / (len(x_labels) - 1)
    y_ticks = [
        Tick(scale(low + i * step), scale(low + i * step) + 4, label(low + i * step))
        for i in range(round((high - low) / step) + 1)
    ]
    lines = []
    for i, one in enumerate(series):
        points = [(left + n * gap, scale(value)) for n, value in enumerate(one.values)]
        last_x, last_y = round(points[-1][0], 1), points[-1][1]
        lines.append(
            Line(
                one.css,
                _LINES[i % 2][1],
                _points(points),
                last_x,
                last_y,
                last_x + 8,
                last_y + 4,
                label(one.values[-1]),
            )
        )
    return LineDrawing(
        css,
        width,
        190,
        left,
        right,
        left - 7,
        184.0,
        y_ticks,
        _x_ticks(x_labels, left, gap, 5 if css == "chart-w" else 3),
        None if target is None else scale(target),
        lines,
    )


def _x_ticks(labels: Sequence[str], left: float, gap: float, most: int) -> list[Tick]:
    last = len(labels) - 1
    shown = sorted({round(i * last / (most - 1)) for i in range(most)})
    return [Tick(round(left + i * gap, 1), 184.0, labels[i]) for i in shown]


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
