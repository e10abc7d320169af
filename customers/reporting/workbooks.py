"""A report as an Excel workbook: numbers stay numbers, and no text is ever a formula."""

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from customers.reporting.documents import Heading, as_text, head_lines
from customers.reporting.kinds import Cell, Content

_SHEET_NAME = 31


def workbook(heading: Heading, content: Content) -> bytes:
    book = Workbook(write_only=True)
    first = book.create_sheet(_sheet_name(heading.title, []))
    for line in head_lines(heading, content):
        first.append([_sheet_cell(first, cell) for cell in line])
    names = [first.title]
    for section in content.sections:
        sheet = book.create_sheet(_sheet_name(section.title, names))
        names.append(sheet.title)
        sheet.append([_sheet_cell(sheet, head, bold=True) for head in section.heads])
        for row in section.rows:
            sheet.append([_sheet_cell(sheet, cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet_cell(sheet: Any, cell: Cell, *, bold: bool = False) -> Any:
    """Numbers stay numbers; a text is written as a text, whatever it begins with."""
    if isinstance(cell, int | float | Decimal):
        return WriteOnlyCell(sheet, float(cell) if isinstance(cell, Decimal) else cell)
    made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", as_text(cell)))
    made.data_type = "s"
    made.quotePrefix = True
    if bold:
        made.font = Font(bold=True)
    return made


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_SHEET_NAME] or "1"
    return plain if plain not in taken else f"{plain[: _SHEET_NAME - 4]} {len(taken) + 1}"
