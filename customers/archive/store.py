"""Parquet files of archived rows: written once, checked, never changed."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# One customer's rows come back from a few row groups of this size.
_ROW_GROUP = 20_000
_LONGEST_LINE = 64 * 1024 * 1024
_COLUMNS = {
    "customer_id": "BIGINT",
    "root_id": "BIGINT",
    "position": "INTEGER",
    "table_name": "VARCHAR",
    "row_id": "BIGINT",
    "content": "VARCHAR",
}
SCHEMA = "archive/1"


@dataclass(frozen=True, slots=True)
class ArchivedRow:
    """One row as it stood in its table."""

    position: int
    table: str
    content: str


class DamagedArchive(Exception):
    """A file is missing or is not what was sealed."""


@dataclass(frozen=True, slots=True)
class Store:
    """The files of one archive, below one folder."""

    root: Path

    @classmethod
    def here(cls) -> Self:
        """The archive of this installation."""
        return cls(Path(settings.STORAGE_DIR) / "archive")

    def rows_path(self, path: str) -> Path:
        """Where the rows wait as CSV until they are Parquet."""
        return (self.root / path).with_suffix(".csv.part")

    def begin(self, path: str) -> Path:
        """Make the folder of a file; returns where its rows are to be copied to."""
        rows = self.rows_path(path)
        rows.parent.mkdir(parents=True, exist_ok=True)
        return rows

    def write(self, path: str) -> None:
        """Turn the copied rows into Parquet under its provisional name, safely on the disk."""
        rows, part = self.rows_path(path), self._part(path)
        with _engine() as engine:
            engine.read_csv(
                str(rows),
                header=False,
                columns=_COLUMNS,
                quotechar='"',
                escapechar='"',
                max_line_size=_LONGEST_LINE,
                parallel=False,
            ).order("customer_id NULLS LAST, root_id, position, row_id").write_parquet(
                str(part), compression="zstd", row_group_size=_ROW_GROUP
            )
        _sync(part)

    def hashes(self, path: str) -> dict[int, str]:
        """Record → hash of its content, read back from the Parquet that was just written."""
        with _engine() as engine:
            found = engine.execute(
                "SELECT root_id, sha256(string_agg(table_name || E'\\t' || content, E'\\n'"
                " ORDER BY position, row_id)) FROM read_parquet(?) GROUP BY root_id",
                [str(self._part(path))],
            ).fetchall()
        return dict(found)

    def place(self, path: str, manifest: Mapping[str, Any]) -> str:
        """Give the file and its manifest their names for good; returns the checksum of the file."""
        final, part = self.root / path, self._part(path)
        checksum = digest(part)
        beside = final.with_suffix(".json")
        beside_part = beside.with_suffix(".json.part")
        said = {"schema": SCHEMA, "file": final.name, "sha256": checksum, **manifest}
        beside_part.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        _sync(beside_part)
        beside_part.replace(beside)
        part.replace(final)
        self.rows_path(path).unlink(missing_ok=True)
        _sync(final.parent)
        return checksum

    def discard(self, path: str) -> None:
        """Remove whatever an unfinished attempt left; the rows it was about are still online."""
        final = self.root / path
        beside = final.with_suffix(".json")
        for leftover in (
            self.rows_path(path),
            self._part(path),
            final,
            beside,
            beside.with_suffix(".json.part"),
        ):
            leftover.unlink(missing_ok=True)

    def check(self, path: str, sha256: str) -> None:
        """Raise DamagedArchive unless the file is there and is what was sealed."""
        final = self.root / path
        if not final.exists():
            raise DamagedArchive(f"The archive file {path} is missing.")
        if digest(final) != sha256:
            raise DamagedArchive(f"The archive file {path} is not what was sealed.")

    def read(self, path: str, *, customer_id: int | None, root_id: int) -> list[ArchivedRow]:
        """The rows of one record, in the order in which they can be put back."""
        with _engine() as engine:
            found = engine.execute(
                "SELECT position, table_name, content FROM read_parquet(?)"
                " WHERE customer_id IS NOT DISTINCT FROM ? AND root_id = ?"
                " ORDER BY position, row_id",
                [str(self.root / path), customer_id, root_id],
            ).fetchall()
        return [ArchivedRow(*row) for row in found]

    def _part(self, path: str) -> Path:
        return (self.root / path).with_suffix(".parquet.part")


def _engine() -> "DuckDBPyConnection":
    # Loaded by who archives: every web process that has it writes a page of complaints at its end.
    import duckdb

    return duckdb.connect(config={"threads": 1})


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
