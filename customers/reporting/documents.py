"""A report as a file: PDF, Excel or CSV; no cell can become a formula in anybody's spreadsheet."""

import csv
import io
import logging
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import formats, timezone, translation
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fontTools.varLib.instancer import (  # type: ignore[import-untyped]  # likewise
    instantiateVariableFont,
)
from fpdf import FPDF
from fpdf.fonts import FontFace
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

import crm.web
from customers.reporting.kinds import Cell, Content

# It tells of every table of a font that it keeps.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_FONTS = Path(crm.web.__file__).parent / "static/crm/fonts"
_LATIN = "inter-latin"
# The same letters in the other alphabets we have; taken along when a report needs them.
_FURTHER = (
    "inter-latin-ext",
    "inter-vietnamese",
    "inter-cyrillic",
    "inter-cyrillic-ext",
    "inter-greek",
    "inter-greek-ext",
)
_BOLD = 600
_SHEET_NAME = 31


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
    return {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}[format](heading, content)


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs: a leading sign of a formula is quoted."""
    text = _text(cell)
    if isinstance(cell, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return text


def _text(cell: Cell) -> str:
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
    for line in _head_lines(heading, content):
        writer.writerow([harmless(cell) for cell in line])
    for section in content.sections:
        writer.writerow([])
        writer.writerow([harmless(section.title)])
        writer.writerow([harmless(head) for head in section.heads])
        for row in section.rows:
            writer.writerow([harmless(cell) for cell in row])
    return File("csv", "text/csv; charset=utf-8", file.getvalue().encode())


def _head_lines(heading: Heading, content: Content) -> list[Sequence[Cell]]:
    return [
        [heading.title],
        [heading.customer],
        [heading.period],
        [heading.made],
        *([label, value] for label, value in content.figures),
    ]


def _xlsx(heading: Heading, content: Content) -> File:
    book = Workbook(write_only=True)
    first = book.create_sheet(_sheet_name(heading.title, []))
    for line in _head_lines(heading, content):
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
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return File("xlsx", kind, file.getvalue())


def _sheet_cell(sheet: Any, cell: Cell, *, bold: bool = False) -> Any:
    """Numbers stay numbers; a text is written as a text, whatever it begins with."""
    if isinstance(cell, int | float | Decimal):
        return WriteOnlyCell(sheet, float(cell) if isinstance(cell, Decimal) else cell)
    made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", _text(cell)))
    made.data_type = "s"
    made.quotePrefix = True
    if bold:
        made.font = Font(bold=True)
    return made


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:_SHEET_NAME] or "1"
    return plain if plain not in taken else f"{plain[: _SHEET_NAME - 4]} {len(taken) + 1}"


def _pdf(heading: Heading, content: Content) -> File:
    # The writer takes letters from files only; they are gone with the report, whatever happens.
    with tempfile.TemporaryDirectory(prefix="crm-fonts-") as folder:
        return _written(heading, content, Path(folder))


def _written(heading: Heading, content: Content, fonts: Path) -> File:
    pdf = FPDF()
    pdf.set_auto_page_break(auto=True, margin=16)
    further = _further_for(_texts(heading, content))
    for family, style, letters in (
        ("inter", "", _font(_LATIN)),
        ("inter", "B", _font(_LATIN, _BOLD)),
        *((name, "", _font(name)) for name in further),
    ):
        file = fonts / f"{family}{style}.ttf"
        file.write_bytes(letters)
        pdf.add_font(family, style, file)
    pdf.set_font("inter", size=10)
    pdf.set_fallback_fonts(further, exact_match=False)
    pdf.set_title(heading.title)
    pdf.set_lang(translation.get_language() or "en")
    pdf.add_page()
    _line(pdf, heading.title, size=16, bold=True)
    for text in (heading.customer, heading.period, heading.made):
        _line(pdf, text)
    pdf.ln(4)
    for label, value in content.figures:
        _line(pdf, f"{label}: {value}")
    for section in content.sections:
        pdf.ln(5)
        _line(pdf, section.title, size=12, bold=True)
        _pdf_table(pdf, section.heads, section.rows)
        if section.note:
            _line(pdf, section.note, size=8)
    return File("pdf", "application/pdf", bytes(pdf.output()))


def _line(pdf: FPDF, text: str, *, size: int = 10, bold: bool = False) -> None:
    pdf.set_font("inter", "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.55, _whole(text), new_x="LMARGIN", new_y="NEXT")


def _pdf_table(pdf: FPDF, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    if not rows:
        return
    pdf.set_font("inter", size=8)
    pdf.set_line_width(0.1)
    pdf.set_draw_color(190)
    with pdf.table(
        borders_layout="HORIZONTAL_LINES",
        text_align="LEFT",
        line_height=4.4,
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        for line in (heads, *rows):
            row = table.row()
            for cell in line:
                row.cell(_whole(_text(cell)))


def _texts(heading: Heading, content: Content) -> Iterator[str]:
    """Every text that a PDF shows."""
    yield from (heading.title, heading.customer, heading.period, heading.made)
    for label, value in content.figures:
        yield f"{label}{value}"
    for section in content.sections:
        yield from (section.title, section.note, *section.heads)
        for row in section.rows:
            yield from map(_text, row)


def _further_for(texts: Iterable[str]) -> list[str]:
    """The fonts that have a letter the first one lacks."""
    wanted = {ord(letter) for text in texts for letter in _whole(text)} - _letters(_LATIN)
    return [name for name in _FURTHER if wanted & _letters(name)]


def _whole(text: str) -> str:
    """Letters with their marks as one sign, which is what a font has."""
    return unicodedata.normalize("NFC", text)


@cache
def _letters(name: str) -> frozenset[int]:
    return frozenset(TTFont(_FONTS / f"{name}.woff2", lazy=True).getBestCmap())


@cache
def _font(name: str, weight: int = 0) -> bytes:
    """Our own letters in the form a PDF needs, made once in a process; cutting a weight is slow."""
    font = TTFont(_FONTS / f"{name}.woff2")
    font.flavor = None
    if weight:
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        instantiateVariableFont(font, axes | {"wght": weight}, inplace=True)
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
