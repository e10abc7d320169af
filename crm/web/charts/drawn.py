"""What a chart is once it is drawn, as the components show it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Label = Callable[[float], str]


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
