"""Invent customers and interactions at scale with COPY; the same seed gives the same data."""

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from crm.generation import Wanted, parts

_WIDTH = 24


class Command(BaseCommand):
    help = "Invent plausible customers, families, companies and interactions."
    _said = ("", -1)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=5_000)
        parser.add_argument("--interactions", type=int, default=20_000)
        parser.add_argument("--open", type=int, help="how many of the interactions are open")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--now", type=datetime.fromisoformat, help="as seen at this moment")

    def handle(self, *args: Any, **options: Any) -> None:
        now = options["now"] or datetime.now(UTC).replace(microsecond=0)
        wanted = Wanted(
            customers=options["customers"],
            interactions=options["interactions"],
            open=options["open"],
            seed=options["seed"],
            now=now if now.tzinfo else now.replace(tzinfo=UTC),
        )
        for part in parts():
            with transaction.atomic():
                part.fill(wanted, self._report)
            self.stdout.write("")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _report(self, title: str, done: int, total: int) -> None:
        share = done / total if total else 1.0
        on_a_screen = sys.stdout.isatty()
        # In a file each step would be a line: every tenth is enough there.
        step = (title, int(share * 10))
        if step == self._said and not on_a_screen:
            return
        self._said = step
        bar = "█" * round(share * _WIDTH)
        start = "\r" if on_a_screen else "\n" if done else ""
        self.stdout.write(f"{start}{title:<28} {bar:<{_WIDTH}} {share:4.0%}", ending="")
        self.stdout.flush()
