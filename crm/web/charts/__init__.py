"""Small charts drawn by the server: values in, the coordinates of an SVG out. Pure."""

from crm.web.charts.bars import bar_chart
from crm.web.charts.drawn import BarChart, LineChart, Series, Spark
from crm.web.charts.lines import line_chart, spark

__all__ = ["BarChart", "LineChart", "Series", "Spark", "bar_chart", "line_chart", "spark"]
