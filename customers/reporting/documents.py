"""A report as a file: PDF, Excel or CSV; no cell can become a formula in anybody's spreadsheet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import formats, timezone

from customers.reporting.kinds import Cell, Content

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every report."""

    title: str
    customer: str
    period: str
    made: str


@dataclass(frozen=True, slots=True)
class File:
    """A finished file."""

    suffix: str
    media_type: str
    content: bytes


def rendered(format: str, heading: Heading, content: Content) -> File:
    """The report in the wanted format."""
    # The libraries of two of them would be a fifth of every process's start: who writes, loads.
    return {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}[format](heading, content)


def _xlsx(heading: Heading, content: Content) -> File:
    from customers.reporting.workbooks import workbook

    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return File("xlsx", kind, workbook(heading, content))


def _pdf(heading: Heading, content: Content) -> File:
    from customers.reporting.pages import pages

    return File("pdf", "application/pdf", pages(heading, content))


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs: a leading sign of a formula is quoted."""
    text = as_text(cell)
    if isinstance(cell, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return text


def as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return formats.date_format(timezone.localtime(cell), "Y-m-d H:i")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell)


def _csv(heading: Heading, content: Content) -> File:
    file = io.StringIO()
    # The mark lets a spreadsheet read the letters as what they are.
    file.write("\ufeff")
    writer = csv.writer(file)
    for line in head_lines(heading, content):
        writer.writerow([harmless(cell) for cell in line])
    for section in content.sections:
        writer.writerow([])
        writer.writerow([harmless(section.title)])
        writer.writerow([harmless(head) for head in section.heads])
        for row in section.rows:
            writer.writerow([harmless(cell) for cell in row])
    return File("csv", "text/csv; charset=utf-8", file.getvalue().encode())


def head_lines(heading: Heading, content: Content) -> list[Sequence[Cell]]:
    return [
        [heading.title],
        [heading.customer],
        [heading.period],
        [heading.made],
        *([label, value] for label, value in content.figures),
    ]
