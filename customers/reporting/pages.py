"""A report as a PDF in our own letters."""

import io
import logging
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from django.utils import translation
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fontTools.varLib.instancer import (  # type: ignore[import-untyped]  # likewise
    instantiateVariableFont,
)
from fpdf import FPDF
from fpdf.fonts import FontFace

import crm.web
from customers.reporting.documents import Heading, as_text
from customers.reporting.kinds import Cell, Content

# It tells of every table of a font that it keeps.
logging.getLogger("fontTools").setLevel(logging.WARNING)

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


def pages(heading: Heading, content: Content) -> bytes:
    # The writer takes letters from files only; they are gone with the report, whatever happens.
    with tempfile.TemporaryDirectory(prefix="crm-fonts-") as folder:
        return _written(heading, content, Path(folder))


def _written(heading: Heading, content: Content, fonts: Path) -> bytes:
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
    return bytes(pdf.output())


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
                row.cell(_whole(as_text(cell)))


def _texts(heading: Heading, content: Content) -> Iterator[str]:
    """Every text that a PDF shows."""
    yield from (heading.title, heading.customer, heading.period, heading.made)
    for label, value in content.figures:
        yield f"{label}{value}"
    for section in content.sections:
        yield from (section.title, section.note, *section.heads)
        for row in section.rows:
            yield from map(as_text, row)


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
