"""Replay a file of SLA cases and print what the clock computes, one JSON object per case."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interactions.clock import ReplayError, replay


class Command(BaseCommand):
    """Needs no database, and never reads what the file expects."""

    help = str(
        gettext_lazy("Replay a file of schema sla-cases/1 and print one JSON object per case.")
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help=_("a JSON file of schema sla-cases/1"))

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            for result in replay(_document(file)):
                self.stdout.write(json.dumps(result, ensure_ascii=False))
        except ReplayError as problem:
            raise CommandError(f"{file}: {problem}") from None


def _document(file: str) -> object:
    try:
        return json.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise CommandError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": file, "reason": reason}
        ) from None
    except UnicodeDecodeError:
        raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": file}) from None
    except (json.JSONDecodeError, RecursionError) as problem:
        raise CommandError(
            _("%(file)s is not valid JSON: %(reason)s.") % {"file": file, "reason": problem}
        ) from None
