"""Rows out of files as people have them."""

import io
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from customers.imports.readers import FileWrong, encoding_of, read_header, read_records


def rows(
    content: bytes, name: str = "f.csv", **options: Any
) -> list[tuple[int, dict[str, str], str]]:
    found = read_records(io.BytesIO(content), name, options)
    return [(one.line, one.row, one.problem) for one in found]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a\nZoë".encode(), "utf-8"),
        ("a\nZoë".encode("utf-8-sig"), "utf-8-sig"),
        ("a\nZoë".encode("utf-16"), "utf-16"),
        ("a\nZoë €".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found(content: bytes, encoding: str) -> None:
    assert encoding_of(io.BytesIO(content)) == encoding
    assert rows(content)[0][1]["a"].startswith("Zoë")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    content = delimiter.join(["a", "b"]) + "\r\n" + delimiter.join([" 1 ", "2"]) + "\r\n"

    assert rows(content.encode()) == [(2, {"a": "1", "b": "2"}, "")]


def test_quotes_may_hold_delimiters_and_line_ends() -> None:
    content = b'a,b\n"1,5","x\ny"\n\n3,4\n'

    assert rows(content) == [(2, {"a": "1,5", "b": "x\ny"}, ""), (5, {"a": "3", "b": "4"}, "")]


def test_an_unclosed_quote_costs_one_row_only() -> None:
    content = b'a,b\n"1,2\n3,4\n5,6\n'

    found = rows(content)

    assert [(line, problem) for line, _row, problem in found] == [
        (2, "A quotation mark is not closed"),
        (3, ""),
        (4, ""),
    ]


def test_rows_too_short_or_unreadable_are_named() -> None:
    found = rows(b"a,b\n1\n1,2,3\n\x00,2\n")

    assert [(line, problem) for line, _row, problem in found] == [
        (2, "1 values, but 2 columns"),
        (3, "3 values, but 2 columns"),
        (4, "Characters that cannot be read"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"a,a\n", "Two columns are called"),
        (b"\n1", "The file is empty"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(FileWrong, match=sentence):
        read_header(io.BytesIO(content), "f.csv", {})


def test_a_workbook_is_read_from_its_first_sheet() -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["id", "charge"])
    sheet.append(["A-1", 29.0])
    sheet.append([None, None])
    sheet.append(["A-2", 3.5])
    content = io.BytesIO()
    book.save(content)

    assert rows(content.getvalue(), "f.xlsx") == [
        (2, {"id": "A-1", "charge": "29"}, ""),
        (4, {"id": "A-2", "charge": "3.5"}, ""),
    ]


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(FileWrong, match="no workbook"):
        read_header(io.BytesIO(b"not a zip"), "f.xlsx", {})


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='a1",;\n\r\x00é ', max_size=60))
def test_no_text_stops_the_reader(text: str) -> None:
    content = ("x,y\n" + text).encode()

    lines = [line for line, _row, _problem in rows(content)]

    assert lines == sorted(set(lines))


def test_the_file_stays_open_for_its_owner() -> None:
    source = io.BytesIO(b"a\n1\n")

    read_header(source, "f.csv", {})
    list(read_records(source, "f.csv", {}))

    assert source.closed is False


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("a,b\n1,2\n".encode("utf-16-le"), {}, "Save the file as UTF-8"),
        ("Größe,b\n".encode("cp1252"), {"encoding": "utf-8"}, "cannot be read as utf-8"),
        (b"a,b\n1,2\n", {"encoding": "klingon"}, "No such encoding"),
        (b"a" * (1 << 20) + b"b\n", {}, "does not end within a million"),
        (b"a\n" + b"b" * (1 << 20) + b"\n", {}, "Line 2 does not end"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    content: bytes, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(FileWrong, match=sentence):
        rows(content, **options)


def test_a_spreadsheet_may_say_what_divides_its_columns() -> None:
    assert rows(b"sep=;\r\na;b,c\r\n1;2\r\n") == [(3, {"a": "1", "b,c": "2"}, "")]


def test_more_rows_than_a_million_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customers.imports.readers.MOST_ROWS", 2)

    with pytest.raises(FileWrong, match="More than 2 rows"):
        rows(b"a\n1\n2\n3\n")


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_workbook_that_would_fill_the_memory_is_refused(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.readers._UNPACKED", 50_000)
    monkeypatch.setattr("customers.imports.readers._SHARED_TEXT", 50_000)
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as bomb:
        bomb.writestr(part, b" " * 60_000)

    assert len(content.getvalue()) < 1000
    with pytest.raises(FileWrong, match="too large"):
        read_header(content, "f.xlsx", {})
