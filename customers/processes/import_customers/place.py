"""Place the rows of a batch: new customers by COPY, known ones compared and changed set by set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import DatabaseError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from customers.imports import mapping as mappings
from customers.imports.claims import Claims
from customers.models import (
    Account,
    Agreement,
    Customer,
    ImportRun,
    MergedRecord,
    Party,
    SearchToken,
)
from customers.processes.import_customers import fresh
from customers.processes.import_customers.plan import Planned
from customers.processes.import_customers.receive import KIND
from customers.processes.import_customers.result import Problem, Result

_STEPS = ("party", "customer", "account", "agreement", "products", "reach", "records")
_PARTS: tuple[tuple[str, type[models.Model]], ...] = (
    ("party", Party),
    ("customer", Customer),
    ("account", Account),
    ("agreement", Agreement),
)


@dataclass(slots=True)
class Placing:
    """What every batch of a run needs beside its rows."""

    run: ImportRun
    checked: mappings.Checked
    writer: fresh.Writer
    shared: Mapping[str, Any]
    trial: bool
    claims: Claims = field(default_factory=Claims)


def placing(run: ImportRun, checked: mappings.Checked, *, trial: bool) -> Placing:
    """Get ready for the batches of a run."""
    return Placing(run, checked, fresh.writer(run.pk, checked), _shared(run, checked), trial)


def place(plans: list[Planned], by: Placing) -> Result:
    """Place rows set by set; when the database refuses one, find it by halves and keep the rest."""
    if not plans:
        return Result()
    try:
        with transaction.atomic():
            return _place_all(plans, by)
    except DatabaseError as refused:
        if len(plans) == 1:
            reason = str(refused).partition("\n")[0]
            return Result(problems=[Problem(plans[0].line, plans[0].row, reason[:300])])
    middle = len(plans) // 2
    result = place(plans[:middle], by)
    result.add(place(plans[middle:], by))
    return result


def _place_all(plans: list[Planned], by: Placing) -> Result:
    result = Result()
    new: list[Planned] = []
    known: list[Planned] = []
    with connection.cursor() as cursor:
        # A first import fills tables whose statistics still say "empty": only the index is a
        # safe way into them.
        cursor.execute("SET LOCAL enable_seqscan = off")
        held = _Held(plans)
        for plan in plans:
            found = held.customers.get(plan.number)
            if problem := held.problem(plan, found, by.claims):
                result.problems.append(Problem(plan.line, plan.row, problem))
            elif found:
                known.append(plan)
            else:
                new.append(plan)
        if new:
            _copy_in(cursor, new, by)
            result.created = len(new)
        if known:
            _compare(cursor, known, by, result)
    return result


@dataclass(frozen=True, slots=True)
class _Known:
    """A customer who is there already."""

    customer_id: int
    party_id: int | None
    removed: bool
    ended: bool


class _Held:
    """Who holds the numbers of a batch: customers, accounts, identifiers."""

    def __init__(self, plans: list[Planned]) -> None:
        accounts = [plan.doc["account"].get("number") for plan in plans]
        ids = [one for plan in plans for one in plan.doc["identifiers"]]
        self.customers = {
            row["number"]: _Known(row["id"], row["party_id"], row["removed"], row["ended"])
            for row in sql.rows(
                "customers/import/known.sql", {"numbers": [plan.number for plan in plans]}
            )
        }
        self.accounts = _accounts([number for number in accounts if number])
        self.identifiers = _identifiers(ids)

    def problem(self, plan: Planned, found: _Known | None, claims: Claims) -> str:
        """Why a row can't go in beside what others hold; empty when it can."""
        if found and found.removed:
            return _gone(found)
        owner = found.customer_id if found else plan.customer_id
        person = found.party_id or plan.party_id if found else plan.party_id
        number = plan.doc["account"].get("number")
        if number and self.accounts.get(number, owner) != owner:
            return _("This account belongs to another customer.")
        wanted = [one for one in plan.doc["identifiers"] if one["kind"] != "document"]
        for one in wanted:
            if self.identifiers.get((one["kind"], one["issuer"], one["value"]), person) != person:
                return _("This identifier belongs to another party.")
        # A trial takes each batch back, so what an earlier row took is remembered here.
        if number and claims.first(f"a{number}", owner) != owner:
            return _("This account belongs to another customer.")
        for one in wanted:
            if claims.first("i" + "\t".join(one.values()), person) != person:
                return _("This identifier belongs to another party.")
        if found and found.ended:
            # No file gives somebody a service again whose relationship has ended.
            plan.doc["products"] = []
        if found and found.party_id and claims.first(f"p{person}", owner) != owner:
            # Two relationships of one person: the first row of the file speaks for the person.
            plan.doc |= {"party": {}, "contact_media": [], "identifiers": []}
        return ""


def _gone(found: _Known) -> str:
    merged = MergedRecord.objects.standing().filter(
        kind=MergedRecord.Kind.CUSTOMER, record_id=found.customer_id
    )
    main = Customer.objects.filter(pk__in=merged.values("survivor_id")).first()
    if main is None:
        return _("This customer record was removed. Restore it first.")
    return _("This record was merged. Its number is %(number)s now.") % {"number": main.number}


def _accounts(numbers: list[str]) -> dict[str, int]:
    if not numbers:
        return {}
    rows = sql.rows("customers/import/accounts.sql", {"numbers": numbers})
    return {row["number"]: row["customer_id"] for row in rows}


def _identifiers(ids: list[dict[str, str]]) -> dict[tuple[str, str, str], int]:
    if not ids:
        return {}
    wanted = {name: [one[name] for one in ids] for name in ("kind", "issuer", "value")}
    rows = sql.rows("customers/import/identifiers.sql", wanted)
    return {(row["kind"], row["issuer"], row["value"]): row["party_id"] for row in rows}


def _copy_in(cursor: CursorWrapper, plans: list[Planned], by: Placing) -> None:
    for plan in plans:
        if not plan.lines:
            plan.lines = by.writer.write(plan)
    for at, form in enumerate(by.writer.forms):
        lines = "".join([plan.lines[at] for plan in plans])
        if not lines:
            continue
        table = form.table
        if by.trial:
            # Twins without indexes: every check of a row is made, nothing is left behind.
            table = f"import_trial_{form.table}"
            cursor.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS {table} (LIKE {form.table} INCLUDING DEFAULTS"
                " INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING IDENTITY) ON COMMIT DROP"
            )
        with (
            connection.wrap_database_errors,
            cursor.copy(f"COPY {table} ({form.columns}) FROM STDIN") as copy,
        ):
            copy.write(lines.encode())


def _compare(cursor: CursorWrapper, plans: list[Planned], by: Placing, result: Result) -> None:
    cursor.execute(sql.text("customers/import/stage.sql"))
    with cursor.copy("COPY import_row FROM STDIN") as copy:
        copy.write(b"".join(map(_copied, plans)))
    cursor.execute("ANALYZE import_row")
    cursor.execute(sql.text("customers/import/place.sql"), by.shared)
    cursor.execute("ANALYZE import_target")
    for step in _STEPS:
        cursor.execute(sql.text(f"customers/import/{step}.sql"), by.shared)
    (numbers,) = sql.rows("customers/import/numbers.sql")
    SearchToken.objects.refresh(numbers["indexed"])
    result.updated += numbers["updated"]
    result.unchanged += numbers["unchanged"]


def _copied(plan: Planned) -> bytes:
    cells = (plan.row, plan.told, plan.doc)
    jsons = [orjson.dumps(cell, default=str) for cell in cells]
    line = b"\t".join((str(plan.line).encode(), *jsons))
    return line.replace(b"\\", b"\\\\") + b"\n"


def _shared(run: ImportRun, checked: mappings.Checked) -> dict[str, Any]:
    earlier = ImportRun.objects.filter(kind=KIND, mapping__source=run.mapping.get("source"))
    # Of one that was undone stand only the rows it kept, and what is kept was not taken back.
    earlier = earlier.exclude(pk=run.pk)
    same = earlier.filter(mapping=run.mapping)
    parts = {
        part: orjson.dumps(
            {**_defaults(model), "source": checked.source, **checked.constants[part]}, default=str
        ).decode()
        for part, model in _PARTS
    }
    names = [name for rule in checked.products for name in rule.names]
    return parts | {
        "run_id": run.pk,
        "same_source": list(earlier.values_list("pk", flat=True)),
        "same_mapping": list(same.values_list("pk", flat=True)),
        "known_products": names,
    }


def _defaults(model: type[models.Model]) -> Mapping[str, Any]:
    """What a column gets that no file speaks of."""
    return {
        str(column.column): _default(column)
        for column in model._meta.concrete_fields
        if not column.primary_key and not column.generated
    }


def _default(column: "models.Field[Any, Any]") -> Any:
    if column.name == "recorded_at":
        return timezone.now()
    if column.has_default() or not column.has_db_default():
        return column.get_default()
    return column.db_default
