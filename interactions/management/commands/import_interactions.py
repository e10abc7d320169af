"""manage.py import_interactions FILE --mapping FILE: history of contacts from a file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.processes.import_interactions import Result, import_interactions

_SHOWN = 20


class Command(BaseCommand):
    help = "Try or take in a file of interactions by a mapping."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True)
        parser.add_argument("--dry-run", action="store_true", help="show the result, keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        result = self._result(options["file"], options["mapping"], dry_run=options["dry_run"])
        if options["json"]:
            problems = [
                {"line": one.line, "column": one.column, "value": one.value, "reason": one.reason}
                for one in result.problems
            ]
            head = {"run": result.run_id, "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(head | result.numbers() | {"problems": problems}))
            return
        numbers = ", ".join(f"{value:,} {name}" for name, value in result.numbers().items())
        self.stdout.write(
            ("Trial, nothing kept: " if options["dry_run"] else "Imported: ") + numbers
        )
        self.stdout.write("No clock was started: this is history, not a promise of ours.")
        for one in result.problems[:_SHOWN]:
            where = f" {one.column} “{one.value}”" if one.column else ""
            self.stdout.write(f"  line {one.line}{where}: {one.reason}")
        if len(result.problems) > _SHOWN:
            more = len(result.problems) - _SHOWN
            self.stdout.write(f"  … and {more} more; --json prints all")

    def _result(self, path: Path, mapping: Path, *, dry_run: bool) -> Result:
        try:
            described = json.loads(mapping.read_text(encoding="utf-8"))
            with path.open("rb") as file:
                return import_interactions(
                    file=file,
                    file_name=path.name,
                    mapping=described,
                    dry_run=dry_run,
                    actor=SYSTEM,
                )
        except OSError as wrong:
            raise CommandError(f"{wrong.filename}: {wrong.strerror}") from wrong
        except ValueError as wrong:
            raise CommandError(f"{mapping.name} is not JSON: {wrong}") from wrong
        except RuleBroken as wrong:
            raise CommandError(wrong.message) from wrong
