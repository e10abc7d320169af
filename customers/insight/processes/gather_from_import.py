"""Gather Customer Information from a file: slice by slice, and the same file twice goes in once."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from crm import sql
from crm.access import Actor, require
from crm.events.catalogue import ImportedFactsDue
from crm.events.publish import publish
from customers.insight import keys, sources
from customers.insight.models import Source
from customers.insight.processes.build_insight import build_profiles
from customers.models import ImportRun

ETOM = "1.3.4.1.1.1"

# One delivery takes this many rows, far below what a task may last; the next takes the next.
_ROWS_AT_ONCE = 2000
# The types of a mapping file, and ours.
_KINDS: dict[str, keys.Kind] = {"boolean": "bool", "integer": "int", "decimal": "number"}


@transaction.atomic
def gather_from_import(*, run_id: int, after_line: int = 0, actor: Actor) -> int:
    """Take in facts and outcomes of the next lines of an import run; returns the new facts.

    What is left after them is owed by an event of its own, so that a file of a million rows is
    many short transactions, each of which happens once. A column mapped as an outcome is kept as
    such and never becomes a fact, even when somebody maps it as both.
    """
    require(actor, "insight.gather_information")
    # Held against its undoing: what is undone must leave no facts behind.
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    outcomes = list(run.mapping.get("outcomes", ()))
    facts = _specs(run.mapping, never={spec["column"] for spec in outcomes})
    undone = run.state in {ImportRun.State.UNDOING, ImportRun.State.UNDONE}
    slice_ = [] if undone or not (facts or outcomes) else _slice(run, after_line)
    if not slice_:
        return 0
    last_line = slice_[-1][0]
    source = _source(run.mapping)
    params: dict[str, Any] = {
        "run_id": run.pk,
        "after_line": after_line,
        "last_line": last_line,
        "file": file_mark(run),
        "source_id": source.pk,
        "basis": source.basis,
        "now": timezone.now(),
        "observed_at": run.started_at,
        "by": run.file_name[:150],
        "facts": json.dumps(facts),
        "outcomes": json.dumps(outcomes),
    }
    taken_in = _take_in(params)
    if taken_in:
        _build_profiles((customer_id for _line, customer_id in slice_), actor)
    if len(slice_) == _ROWS_AT_ONCE:
        publish(ImportedFactsDue(run_id=run.pk, after_line=last_line), actor=actor)
    return taken_in


def file_mark(run: ImportRun) -> str:
    """What begins the id, at their source, of all facts of one file."""
    return (run.sha256 or run.public_id.hex)[:16]


def _slice(run: ImportRun, after_line: int) -> list[tuple[int, int | None]]:
    rows = run.records.filter(line__gt=after_line).order_by("line")
    return list(rows.values_list("line", "customer_id")[:_ROWS_AT_ONCE])


def _take_in(params: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.text("insight/imported_values.sql"), params)
        # Nobody has told the planner yet how much this is; guessing small, it would go row by row.
        cursor.execute("ANALYZE imported_values")
        cursor.execute(sql.text("insight/supersede_imported.sql"), params)
        cursor.execute(sql.text("insight/insert_imported.sql"), params)
        taken_in = int(cursor.rowcount)
        cursor.execute("DROP TABLE imported_values")
        cursor.execute(sql.text("insight/insert_outcomes.sql"), params)
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


def _build_profiles(customers: Iterable[int | None], actor: Actor) -> None:
    build_profiles(customer_ids=sorted({pk for pk in customers if pk}), actor=actor)
