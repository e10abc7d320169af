"""Print the process map: process → module → requirements → tests, read from the code."""

import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import process_map

BEGIN, END = "<!-- etom:begin -->", "<!-- etom:end -->"


class Command(BaseCommand):
    help = "Print process → module → requirements → tests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="machine-readable")
        parser.add_argument("--readme", action="store_true", help="write the table into README.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["readme"]:
            self._write_readme()
        elif options["json"]:
            self.stdout.write(json.dumps(as_json(), indent=2))
        else:
            self.stdout.write(as_text())

    def _write_readme(self) -> None:
        path = settings.BASE_DIR / "README.md"
        before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        _old, end, after = rest.partition(END)
        if not begin or not end:
            raise CommandError(f"README.md has no {BEGIN} … {END} block.")
        path.write_text(f"{before}{BEGIN}\n{as_table()}{END}{after}", encoding="utf-8")
        self.stdout.write("README.md has the map of now.")


def as_json() -> dict[str, Any]:
    tests: dict[str, list[dict[str, str]]] = defaultdict(list)
    for proof in process_map.proofs():
        tests[proof.requirement].append({"test": proof.test, "last": proof.result})
    return {
        "processes": [asdict(module) for module in process_map.modules()],
        "requirements": dict(tests),
    }


def as_text() -> str:
    lines = []
    for module in process_map.modules():
        lines.append(f"{module.etom:<12}{module.path}")
        lines.append(f"{'':<12}{module.title}")
        lines.append(f"{'':<12}proves: {' '.join(module.requirements) or '–'}")
        lines += [f"{'':<12}  {file}" for file in module.test_files]
    lines += ["", "Requirement → tests"]
    for proof in process_map.proofs():
        lines.append(f"{proof.requirement:<12}{proof.result or 'not run':<9}{proof.test}")
    return "\n".join(lines)


def as_table() -> str:
    """The map as the table in README.md."""
    rows = ["| eTOM | Module | What it does |", "|---|---|---|"]
    for module in process_map.modules():
        rows.append(f"| {module.etom} | `{module.path}` | {module.title.rstrip('.')} |")
    return "\n".join(rows) + "\n"
