"""A report as PDF, Excel and CSV: every letter, every number, and nothing that runs."""

import csv
import io
import tempfile
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from customers.reporting.documents import Heading, harmless, rendered
from customers.reporting.kinds import Content, Section

HEADING = Heading("Interaction summary", "Zażółć GmbH · C-1", "1–31 October 2026", "Made today")
WHEN = datetime(2026, 10, 3, 12, 30, tzinfo=UTC)
EVIL = '=HYPERLINK("http://evil","x")'
CONTENT = Content(
    [("Contacts", "2")],
    [
        Section("Contacts", ["Subject", "When", "Amount"], [(EVIL, WHEN, Decimal("-3.50"))]),
        Section("Contacts", ["Subject"], [("gęślą jaźń",)], note="All of them."),
    ],
)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|calc", "%x"])
def test_text_that_begins_like_a_formula_is_quoted(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_numbers_stay_what_they_are() -> None:
    assert [harmless(cell) for cell in (-3, Decimal("-1.5"), None, "plain")] == [
        "-3",
        "-1.5",
        "",
        "plain",
    ]


@pytest.mark.req("R-CIM-19")
def test_csv_holds_head_figures_and_tables() -> None:
    file = rendered("csv", HEADING, CONTENT)

    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[:5] == [
        ["Interaction summary"],
        ["Zażółć GmbH · C-1"],
        ["1–31 October 2026"],
        ["Made today"],
        ["Contacts", "2"],
    ]
    assert lines[8] == [f"'{EVIL}", "2026-10-03 12:30", "-3.50"]


@pytest.mark.req("R-CIM-19")
def test_spreadsheet_has_a_sheet_for_each_table_and_no_formula() -> None:
    file = rendered("xlsx", HEADING, CONTENT)

    book = load_workbook(io.BytesIO(file.content))
    assert book.sheetnames == ["Interaction summary", "Contacts", "Contacts 3"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert book["Contacts"]["A2"].value == EVIL
    assert book["Contacts"]["C2"].value == -3.5


@pytest.mark.req("R-CIM-19")
def test_pdf_is_one_and_carries_its_own_letters() -> None:
    file = rendered("pdf", HEADING, CONTENT)

    assert file.content.startswith(b"%PDF-")
    assert file.content.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in file.content


@pytest.mark.req("R-CIM-19")
@pytest.mark.parametrize(
    "name",
    [
        "Zażółć Gęślą Łódź",
        "Наталія Ґалаґан, Ёлкин",
        "Ελένη Παπαδοπούλου Ἀθηνᾶ",
        "Nguyễn Thị Hương Đặng",
        # As some systems send it: each mark a sign of its own.
        unicodedata.normalize("NFD", "Nguyễn Thị Hương"),
    ],
)
def test_pdf_has_every_letter_of_a_name(name: str, caplog: pytest.LogCaptureFixture) -> None:
    heading = Heading("Interaction summary", name, "1–31 October 2026", "Made today")
    content = Content([(name, name)], [Section(name, [name], [(name,)], note=name)])

    rendered("pdf", heading, content)

    # The writer says which letters no font of the file has.
    assert [one.message for one in caplog.records if "glyph" in one.message] == []


def test_pdf_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    rendered("pdf", HEADING, CONTENT)
    rendered("pdf", HEADING, CONTENT)

    assert list(tmp_path.iterdir()) == []


def test_letter_that_no_font_has_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    rendered("pdf", Heading("王小明", "", "", ""), Content([], []))

    assert [one for one in caplog.records if "glyph" in one.message]


def test_empty_report_is_a_file_too() -> None:
    nothing = Content([], [Section("Contacts", ["Subject"], [])])

    assert all(rendered(one, HEADING, nothing).content for one in ("csv", "xlsx", "pdf"))
