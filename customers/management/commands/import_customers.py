"""manage.py import_customers FILE --mapping FILE: the import of the web wizard, from a shell."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import ImportRun
from customers.processes.import_customers import import_customers, receive_file

_SHOWN = 20


class Command(BaseCommand):
    help = "Try or take in a file of customers by a mapping."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True)
        parser.add_argument("--dry-run", action="store_true", help="show the result, keep nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        run = self._run(options["file"], options["mapping"], dry_run=options["dry_run"])
        answer = {
            name: getattr(run, name)
            for name in ("total", "created", "updated", "unchanged", "failed")
        }
        problems = [
            {"line": one.line, "column": one.column, "value": one.value, "reason": one.reason}
            for one in run.problems.all()
        ]
        if options["json"]:
            whole = {"run": str(run.public_id), "dry_run": options["dry_run"], **answer}
            self.stdout.write(json.dumps(whole | {"problems": problems}))
            return
        self.stdout.write(
            ("Trial, nothing kept: " if options["dry_run"] else "Imported: ")
            + ", ".join(f"{value:,} {name}" for name, value in answer.items())
        )
        for one in problems[:_SHOWN]:
            where = f" {one['column']} “{one['value']}”" if one["column"] else ""
            self.stdout.write(f"  line {one['line']}{where}: {one['reason']}")
        if len(problems) > _SHOWN:
            self.stdout.write(f"  … and {len(problems) - _SHOWN} more; --json prints all")

    def _run(self, path: Path, mapping: Path, *, dry_run: bool) -> ImportRun:
        try:
            described = json.loads(mapping.read_text(encoding="utf-8"))
        except OSError as wrong:
            raise CommandError(f"{wrong.filename}: {wrong.strerror}") from wrong
        except ValueError as wrong:
            raise CommandError(f"{mapping.name} is not JSON: {wrong}") from wrong
        try:
            with path.open("rb") as file:
                run = receive_file(file=file, file_name=path.name, mapping=described, actor=SYSTEM)
            return import_customers(run_id=run.pk, dry_run=dry_run, actor=SYSTEM)
        except OSError as wrong:
            raise CommandError(f"{wrong.filename}: {wrong.strerror}") from wrong
        except RuleBroken as wrong:
            raise CommandError(wrong.message) from wrong
