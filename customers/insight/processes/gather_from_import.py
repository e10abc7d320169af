"""Gather Customer Information from a file: set-based, and the same file twice is taken in once."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from crm import sql
from crm.access import Actor, require
from customers.insight import keys, sources
from customers.insight.models import Source
from customers.insight.processes.build_insight import build_profiles
from customers.models import ImportRun

ETOM = "1.3.4.1.1.1"

_PROFILES_AT_ONCE = 1000
# The types of a mapping file, and ours.
_KINDS: dict[str, keys.Kind] = {"boolean": "bool", "integer": "int", "decimal": "number"}


@transaction.atomic
def gather_from_import(*, run_id: int, actor: Actor) -> int:
    """Take in the facts and outcomes of one import run by its mapping; returns the new facts.

    A column mapped as an outcome is kept as such and never becomes a fact, even when somebody
    maps it as both.
    """
    require(actor, "insight.gather_information")
    run = ImportRun.objects.get(pk=run_id)
    outcomes = list(run.mapping.get("outcomes", ()))
    facts = _specs(run.mapping, never={spec["column"] for spec in outcomes})
    if not facts and not outcomes:
        return 0
    source = _source(run.mapping)
    params: dict[str, Any] = {
        "run_id": run.pk,
        "file": (run.sha256 or run.public_id.hex)[:16],
        "source_id": source.pk,
        "basis": source.basis,
        "now": timezone.now(),
        "observed_at": run.started_at,
        "by": run.file_name[:150],
        "facts": json.dumps(facts),
        "outcomes": json.dumps(outcomes),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.text("insight/imported_values.sql"), params)
        # Nobody has told the planner yet how much this is; guessing small, it would go row by row.
        cursor.execute("ANALYZE imported_values")
        cursor.execute(sql.text("insight/supersede_imported.sql"), params)
        cursor.execute(sql.text("insight/insert_imported.sql"), params)
        taken_in = int(cursor.rowcount)
        cursor.execute("DROP TABLE imported_values")
        cursor.execute(sql.text("insight/insert_outcomes.sql"), params)
    if taken_in:
        _build_profiles(run, actor)
    return taken_in


def _specs(mapping: Mapping[str, Any], never: set[str]) -> list[dict[str, Any]]:
    found = []
    for spec in mapping.get("facts", ()):
        if spec["column"] in never:
            continue
        key = keys.named(spec["key"])
        known = key.section != "other"
        found.append(
            {
                "column": spec["column"],
                "key": key.key,
                # The key's own type wins: sections rely on it.
                "kind": key.kind if known else _KINDS.get(spec.get("type", ""), "text"),
                "map": spec.get("map", {}),
                "purpose": key.purpose,
                "fresh_days": key.fresh_days,
            }
        )
    return found


def _source(mapping: Mapping[str, Any]) -> Source:
    key = str(mapping.get("source") or "import")
    found = sources.find(key)
    if found is not None:
        return found
    imported = sources.find("import")
    return Source.objects.create(
        key=key,
        name=str(
            mapping.get("source_name") or key.replace("-", " ").replace("_", " ").capitalize()
        ),
        owner="Data stewardship",
        trust=imported.trust if imported else 50,
    )


def _build_profiles(run: ImportRun, actor: Actor) -> None:
    customers = run.records.exclude(customer_id=None).values_list("customer_id", flat=True)
    ids = sorted({pk for pk in customers if pk})
    for start in range(0, len(ids), _PROFILES_AT_ONCE):
        build_profiles(customer_ids=ids[start : start + _PROFILES_AT_ONCE], actor=actor)
