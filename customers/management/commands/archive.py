"""Archive by the accepted policy now, or say what would go, or check what is there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers import archivable
from customers.processes import archive_information
from readiness.registry.resolve import CapabilityOff


class Command(BaseCommand):
    help = "Archive closed records by the accepted retention policy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count, change nothing")
        parser.add_argument("--verify", action="store_true", help="check the sealed files")
        parser.add_argument("--restore", type=int, metavar="RECORD", help="bring one record back")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verify"]:
                self._verify()
            elif options["restore"]:
                record = archive_information.restore(record_id=options["restore"], actor=SYSTEM)
                self.stdout.write(f"{record.label} is back.")
            else:
                for data_class in archivable.registered():
                    self._archive(data_class.key, dry=options["dry_run"])
        except (CapabilityOff, RuleBroken) as refused:
            raise CommandError(str(refused)) from refused

    def _archive(self, data_class: str, *, dry: bool) -> None:
        before = archive_information.preview(data_class=data_class, actor=SYSTEM)
        if dry:
            self.stdout.write(f"{data_class}: {before.goes} would go, {before.held} are held back")
            return
        run = archive_information.run(data_class=data_class, actor=SYSTEM, progress=self._say)
        self.stdout.write(f"{data_class}: {run.archived} archived, {run.held} held back")

    def _say(self, phase: str, count: int) -> None:
        if phase == "sealed":
            self.stdout.write(f"  {count} sealed")

    def _verify(self) -> None:
        damaged = archive_information.damaged_files()
        if damaged:
            raise CommandError("\n".join(damaged))
        self.stdout.write("Every sealed file is there and is what was sealed.")
