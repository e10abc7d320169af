"""Rows out of a file: CSV in any usual spelling, or the first sheet of a workbook."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 20
_LONGEST_RECORD = 50
_LONGEST_LINE = 1 << 20
MOST_ROWS = 1_000_000
# What a workbook may grow to when it is unpacked: a million rows fit, a bomb does not.
_UNPACKED = 4 << 30
_SHARED_TEXT = 256 << 20
_MEMBERS = 2000


class FileWrong(ValueError):
    """The file can't be read as a table; says what to change."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row with the line it begins on; `problem` says why it could not be read."""

    line: int
    row: dict[str, str]
    problem: str = ""


class _Borrowed(io.TextIOWrapper):
    """Text over a file that belongs to somebody else, who closes it."""

    def close(self) -> None:
        """Leave the file open."""


def read_header(source: IO[bytes], name: str, options: Mapping[str, Any]) -> list[str]:
    """The columns of a file."""
    header, _records = _opened(source, name, options)
    return header


def read_records(source: IO[bytes], name: str, options: Mapping[str, Any]) -> Iterator[Record]:
    """Every row below the header."""
    _header, records = _opened(source, name, options)
    for count, record in enumerate(records, start=1):
        if count > MOST_ROWS:
            most = {"most": MOST_ROWS}
            raise FileWrong(_("More than %(most)d rows. Split the file.") % most)
        yield record


def _opened(
    source: IO[bytes], name: str, options: Mapping[str, Any]
) -> tuple[list[str], Iterator[Record]]:
    source.seek(0)
    if PurePath(name).suffix.casefold() == ".xlsx":
        return _workbook(source, options)
    return _text(source, options)


def encoding_of(source: IO[bytes]) -> str:
    """The encoding a file is written in: its mark, else UTF-8 if all of it is, else Windows."""
    source.seek(0)
    start = source.read(4)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := source.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _text(source: IO[bytes], options: Mapping[str, Any]) -> tuple[list[str], Iterator[Record]]:
    encoding = options.get("encoding") or encoding_of(source)
    source.seek(0)
    try:
        text = _Borrowed(source, encoding=encoding, errors="replace", newline="")
    except LookupError:
        raise FileWrong(_("No such encoding: %(name)s.") % {"name": encoding}) from None
    first, at = _line(text, 1).rstrip("\r\n"), 1
    told = options.get("delimiter")
    if first.casefold().startswith("sep=") and len(first) == len("sep=") + 1:
        # A spreadsheet's own way of saying which character divides the columns.
        told, first, at = told or first[-1], _line(text, 2).rstrip("\r\n"), 2
    _must_be_readable(first, encoding)
    delimiter = told or max(_DELIMITERS, key=first.count)
    header = _header(next(csv.reader([first], delimiter=delimiter), []))
    return header, _records(text, header, delimiter, at)


def _line(text: IO[str], at: int) -> str:
    line = text.readline(_LONGEST_LINE)
    if len(line) == _LONGEST_LINE and not line.endswith("\n"):
        raise FileWrong(
            _("Line %(at)d does not end within a million characters. Is this a table?") % {"at": at}
        )
    return line


def _must_be_readable(first: str, encoding: str) -> None:
    if "\x00" in first or "\ufffd" in first:
        raise FileWrong(
            _("The first line cannot be read as %(encoding)s. Save the file as UTF-8.")
            % {"encoding": encoding}
        )


def _header(names: list[str]) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise FileWrong(_("The file is empty: its first line must name the columns."))
    for name in header:
        if header.count(name) > 1:
            raise FileWrong(_("Two columns are called “%(name)s”.") % {"name": name})
    return header


def _records(text: IO[str], header: list[str], delimiter: str, at: int) -> Iterator[Record]:
    waiting: deque[str] = deque()
    while True:
        line = waiting.popleft() if waiting else _line(text, at + 1)
        if not line:
            return
        at += 1
        if '"' not in line:
            if line.strip():
                yield _record(at, line.rstrip("\r\n").split(delimiter), header)
            continue
        more: list[str] = []
        while ('"'.join([line, *more]).count('"') - len(more)) % 2 and len(more) < _LONGEST_RECORD:
            following = waiting.popleft() if waiting else _line(text, at + 1 + len(more))
            if not following:
                break
            more.append(following)
        record = _quoted(at, [line, *more], header, delimiter)
        if record.problem and more:
            # An unclosed quote must not swallow its neighbours.
            waiting.extendleft(reversed(more))
        else:
            at += len(more)
        yield record


def _quoted(at: int, lines: list[str], header: list[str], delimiter: str) -> Record:
    try:
        (values,) = csv.reader(["".join(lines).rstrip("\r\n")], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return Record(at, {"": lines[0].rstrip("\r\n")}, _("A quotation mark is not closed"))
    return _record(at, values, header)


def _record(at: int, values: list[str], header: list[str]) -> Record:
    if len(values) != len(header):
        counts = {"found": len(values), "expected": len(header)}
        reason = _("%(found)d values, but %(expected)d columns") % counts
        return Record(at, dict(zip(header, values, strict=False)), reason)
    row = {name: value.strip() for name, value in zip(header, values, strict=True)}
    whole = "".join(values)
    if "\x00" in whole or "\ufffd" in whole:
        return Record(at, _harmless(row), _("Characters that cannot be read"))
    return Record(at, row)


def _harmless(row: dict[str, str]) -> dict[str, str]:
    return {name: value.replace("\x00", "\ufffd") for name, value in row.items()}


def _workbook(source: IO[bytes], options: Mapping[str, Any]) -> tuple[list[str], Iterator[Record]]:
    # Slow to load, and most files are CSV.
    from openpyxl import load_workbook

    _must_stay_small(source)
    try:
        book = load_workbook(source, read_only=True, data_only=True)
        sheet = book[options["sheet"]] if options.get("sheet") else book.worksheets[0]
    except (KeyError, IndexError):
        raise FileWrong(_("The workbook has no such sheet.")) from None
    except Exception as wrong:  # openpyxl raises whatever its parts raise
        raise FileWrong(_("This is no workbook that can be read.")) from wrong
    rows = sheet.iter_rows(values_only=True)
    header = _header([_as_text(value) for value in next(rows, ())])

    def records() -> Iterator[Record]:
        for at, values in enumerate(rows, start=2):
            texts = [_as_text(value) for value in islice(values, len(header))]
            if any(texts):
                yield _record(at, texts, header)

    return header, records()


def _must_stay_small(source: IO[bytes]) -> None:
    """Refuse a workbook that would fill the memory; what it says of its sizes is enforced later."""
    try:
        with ZipFile(source) as parts:
            sizes = {part.filename: part.file_size for part in parts.infolist()}
    except (BadZipFile, OSError, ValueError):
        raise FileWrong(_("This is no workbook that can be read.")) from None
    finally:
        source.seek(0)
    shared = sum(size for name, size in sizes.items() if not name.startswith("xl/worksheets/"))
    if len(sizes) > _MEMBERS or sum(sizes.values()) > _UNPACKED or shared > _SHARED_TEXT:
        raise FileWrong(_("Unpacked, this workbook would be too large. Save it as CSV."))


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    isoformat = getattr(value, "isoformat", None)
    return isoformat().removesuffix("T00:00:00") if isoformat else str(value)
