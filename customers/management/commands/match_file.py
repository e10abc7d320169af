"""manage.py match_file IN.csv --id COLUMN --out PAIRS.csv: who in a file of people is the same."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.imports.readers import FileWrong, read_header, read_records
from customers.matching.columns import ColumnsWrong, guessed, said
from customers.matching.explain import reasons, sentence
from customers.matching.pairs import MATCH, Scored, scored
from customers.matching.table import Filler, Table

_HEADER = ("id_a", "id_b", "score", "decision", "explanation")
_SHOWN = 5
_NAMING = {"given_name", "family_name", "full_name", "birth_date", "national_id", "email", "phone"}


class Command(BaseCommand):
    help = "Write which rows of a CSV file of people are, or may be, one person. Needs no database."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="IN.csv")
        parser.add_argument("--id", required=True, metavar="COLUMN", help="column of the row's id")
        parser.add_argument("--out", type=Path, required=True, metavar="PAIRS.csv")
        parser.add_argument(
            "--mapping", type=Path, help='JSON: {"given_name": "Vorname", "Ort": "locality"}'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ids, table, roles = self._read(options["file"], options["id"], options["mapping"])
        except OSError as wrong:
            raise CommandError(f"{wrong.filename}: {wrong.strerror}") from wrong
        except (FileWrong, ColumnsWrong, UnicodeError) as wrong:
            raise CommandError(f"{options['file'].name}: {wrong}") from wrong
        self.stderr.write(
            "Columns: " + ", ".join(f"{role} = {' + '.join(of)}" for role, of in roles.items())
        )
        found = scored(table)
        try:
            with options["out"].open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(_HEADER)
                writer.writerows(_lines(found, table, ids))
        except OSError as wrong:
            raise CommandError(f"{wrong.filename}: {wrong.strerror}") from wrong
        self.stdout.write(
            f"{table.size:,} rows: {int(found.matches.sum()):,} pairs match,"
            f" {int(found.reviews.sum()):,} are for review. Written to {options['out']}."
        )

    def _read(
        self, path: Path, id_column: str, mapping: Path | None
    ) -> tuple[list[str], Table, dict[str, list[str]]]:
        with path.open("rb") as file:
            header = read_header(file, path.name, {})
            roles = _roles(header, id_column, mapping)
            filler, ids = Filler(roles), dict[str, int]()
            for record in read_records(file, path.name, {}):
                if record.problem:
                    lost = not record.row.get(id_column)
                    done = "left out" if lost else "used as far as read"
                    self.stderr.write(f"line {record.line}: {record.problem}; {done}")
                    if lost:
                        continue
                self._keep(ids, record.row.get(id_column, ""), record.line)
                filler.add([record.row.get(column, "") for column in filler.places])
        return list(ids), filler.table(), roles

    @staticmethod
    def _keep(ids: dict[str, int], one: str, line: int) -> None:
        if not one:
            raise FileWrong(
                f"line {line} has no id. Each row needs one, so that pairs can name it."
            )
        if one in ids:
            raise FileWrong(
                f"the id “{one}” stands in line {ids[one]} and again in line {line}."
                " Ids must differ; is another column the id?"
            )
        ids[one] = line


def _roles(header: list[str], id_column: str, mapping: Path | None) -> dict[str, list[str]]:
    if id_column not in header:
        raise ColumnsWrong(f"there is no column “{id_column}”. Columns: {', '.join(header)}.")
    if mapping is None:
        roles = guessed(header, id_column=id_column)
    else:
        try:
            raw = json.loads(mapping.read_text(encoding="utf-8-sig"))
        except ValueError as wrong:
            raise ColumnsWrong(f"{mapping.name} is not JSON: {wrong}") from wrong
        roles = said(raw, header, id_column=id_column)
    if not _NAMING & roles.keys():
        raise ColumnsWrong(
            "no column tells who somebody is. Say with --mapping which is given_name, family_name,"
            f" birth_date, … Columns: {', '.join(header)}."
        )
    return roles


def _lines(found: Scored, table: Table, ids: list[str]) -> Iterator[tuple[str, ...]]:
    """Matches and pairs for review, surest first."""
    matches, chance = found.matches, found.chance
    wanted = (matches | found.reviews).nonzero()[0]
    wanted = wanted[(-found.bits[wanted]).argsort(kind="stable")]
    left, right = found.left[wanted], found.right[wanted]
    why = reasons(found.model, table, left, right, found.agreed[wanted])
    for at, one, other, each in zip(wanted.tolist(), left, right, why, strict=True):
        through = "both match a third record; " if found.implied[at] and chance[at] < MATCH else ""
        yield (
            ids[one],
            ids[other],
            f"{max(chance[at], MATCH) if matches[at] else chance[at]:.4f}",
            "match" if matches[at] else "review",
            through + sentence(each, found.model.start),
        )
