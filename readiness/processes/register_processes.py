"""Register Processes: what eTOM asks of us, clause by clause, kept beside what answers it."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from readiness.models import Clause, ProcessElement

ETOM = "1.3.1"

REGISTER = Path(__file__).parents[1] / "data" / "process_register.json"


@transaction.atomic
def register_processes() -> int:
    """Write the register as shipped; repeating it brings it up to date."""
    elements: list[dict[str, Any]] = json.loads(REGISTER.read_text(encoding="utf-8"))
    for element in elements:
        clauses = element.pop("clauses")
        row, _created = ProcessElement.objects.update_or_create(
            number=element.pop("number"), defaults=element
        )
        for position, clause in enumerate(clauses):
            Clause.objects.update_or_create(
                requirement=clause.pop("requirement"),
                defaults={**clause, "process": row, "position": position},
            )
    return len(elements)
