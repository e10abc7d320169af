from hypothesis import given
from hypothesis import strategies as st

from crm.web import charts

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=40)


@given(VALUES)
def test_line_stays_inside_its_drawing(values: list[float]) -> None:
    labels = [str(i) for i in range(len(values))]

    chart = charts.line_chart(
        labels, [charts.Series("a", values)], sentence="", x_head="", label=str
    )

    assert chart is not None
    for drawing in chart.drawings:
        points = [point.split(",") for point in drawing.lines[0].points.split()]
        assert all(drawing.left <= float(x) <= drawing.right + 0.1 for x, _y in points)
        assert all(9.9 <= float(y) <= 166.1 for _x, y in points)
        assert 2 <= len(drawing.y_ticks) <= 8


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=30))
def test_bars_stand_on_the_floor(values: list[float]) -> None:
    chart = charts.bar_chart(
        [("x", value) for value in values], sentence="", heads=("a", "b"), label=str
    )

    assert chart is not None
    for bar in chart.drawings[0].bars:
        assert abs(bar.y + bar.height - chart.drawings[0].floor) < 0.2
        assert bar.height >= 0


def test_too_few_values_draw_nothing() -> None:
    assert charts.spark([1.0], sentence="") is None
    assert charts.bar_chart([], sentence="", heads=("a", "b"), label=str) is None
