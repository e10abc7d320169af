"""Create Customer Records from a file: a trial and the import give the same numbers."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import CustomersImported
from crm.events.publish import publish
from customers.contact_points import written
from customers.imports import mapping as mappings
from customers.imports.cells import BadCell
from customers.imports.readers import FileWrong, Record, read_header, read_records
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    Identifier,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    Party,
    Product,
    SearchToken,
)

ETOM = "1.3.6.1"

KIND = "customers"
ELSEWHERE = "imported-elsewhere"
_BATCH = 5000
_STEPS = ("party", "customer", "account", "agreement", "products", "reach", "records")
_FRESH: tuple[tuple[str, type[models.Model]], ...] = (
    ("party", Party),
    ("customer", Customer),
    ("account", Account),
    ("agreement", Agreement),
)
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that did not go in."""

    line: int
    row: Mapping[str, Any]
    reason: str
    column: str = ""
    value: str = ""


@dataclass(slots=True)
class Result:
    """What an import came to; a trial and the import that follows give the same."""

    total: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        self.total += other.total
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.problems += other.problems

    def numbers(self) -> dict[str, int]:
        return {
            "total": self.total,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "failed": len(self.problems),
        }


@dataclass(frozen=True, slots=True)
class _Planned:
    """One row as it will be placed: the row itself, what insight reads, what the tables get."""

    line: int
    number: str
    row: Mapping[str, str]
    told: Mapping[str, str]
    doc: Mapping[str, Any]


class _Undone(Exception):
    """Takes a trial back."""


@transaction.atomic
def receive_file(*, file: IO[bytes], file_name: str, mapping: Any, actor: Actor) -> ImportRun:
    """Keep a file and its mapping for a trial; refused when the two do not fit together."""
    require(actor, "customers.import_customers")
    checked = _checked(mapping)
    _fits(checked, _header_of(file, file_name, checked))
    run = ImportRun(kind=KIND, file_name=file_name[:200], mapping=mapping, by_id=actor.pk)
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    run.sha256 = digest.hexdigest()
    file.seek(0)
    run.path = default_storage.save(f"imports/{run.public_id}", file)
    run.save()
    return run


def import_customers(
    *, run_id: int, dry_run: bool, actor: Actor, progress: Progress = lambda done: None
) -> ImportRun:
    """Try or take in a received file.

    Batches commit one by one with the numbers so far, so that an import that was cut off goes on
    where it stood. A trial is the same work, taken back at the end.
    """
    require(actor, "customers.import_customers")
    require(actor, "customers.view_all_customers")
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.DONE:
        return run
    if dry_run:
        _try(run, actor, progress)
    else:
        _begin(run)
        _take_in(run, actor, progress)
        _finish(run, actor)
    run.refresh_from_db()
    return run


def _begin(run: ImportRun) -> None:
    """Forget what a trial left; an import that was cut off keeps what it did."""
    with transaction.atomic():
        # Another worker may have committed a batch since the row was read.
        run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
        if run.state == ImportRun.State.DONE:
            raise _elsewhere_now()
        run.state, run.message = ImportRun.State.RUNNING, ""
        if not run.processed:
            run.problems.all().delete()
            run.started_at = timezone.now()
            _set_numbers(run, Result())
        run.save()


def _try(run: ImportRun, actor: Actor, progress: Progress) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.TRYING)
    result = Result()
    try:
        with transaction.atomic():
            for batch_result in _batches(run, actor):
                result.add(batch_result)
                progress(result.total)
            raise _Undone
    except _Undone:
        pass
    with transaction.atomic():
        run.problems.all().delete()
        _keep_problems(run, result.problems)
        _set_numbers(run, result)
        run.state, run.processed = ImportRun.State.TRIED, 0
        run.finished_at = timezone.now()
        run.save()


def _take_in(run: ImportRun, actor: Actor, progress: Progress) -> None:
    for _result in _batches(run, actor, commit=True):
        progress(run.processed)


def _finish(run: ImportRun, actor: Actor) -> None:
    """Close the run and tell everyone once."""
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if locked.state == ImportRun.State.DONE:
            return
        locked.state, locked.finished_at = ImportRun.State.DONE, timezone.now()
        locked.save(update_fields=["state", "finished_at"])
        publish(CustomersImported(run_id=run.pk), actor=actor)
        # The rows are kept as records; the file itself is needed no longer.
        transaction.on_commit(lambda: default_storage.delete(run.path), robust=True)


def _batches(run: ImportRun, actor: Actor, *, commit: bool = False) -> Iterator[Result]:
    checked = _checked(run.mapping)
    shared = _shared(run, checked)
    with default_storage.open(run.path) as file:
        plans = _plans(file, run.file_name, checked)
        done, new, known = 0, 0, _rows_known()
        while batch := list(islice(plans, _BATCH)):
            # What an earlier attempt committed is read again only to know its numbers.
            if done >= run.processed:
                result = _one_batch(run, batch, shared, actor, commit=commit)
                yield result
                new += result.created
            done += len(batch)
            if new > known:
                known, new = known + new, 0
                _count_anew()


_FILLED = (Party, Customer, Account, Agreement, Product, Identifier, ContactMedium, ImportedRecord)


def _rows_known() -> int:
    """How many customers the planner believes in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'customers_customer'")
        (known,) = cursor.fetchone() or (0,)
    return max(int(known), 0)


def _count_anew() -> None:
    """Tell the planner that the tables have grown: it would read them whole for every row."""
    tables = ", ".join(model._meta.db_table for model in (*_FILLED, SearchToken))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _one_batch(
    run: ImportRun,
    batch: list[_Planned | Problem],
    shared: dict[str, Any],
    actor: Actor,
    *,
    commit: bool,
) -> Result:
    with transaction.atomic(), because(actor, "other-process", import_run=run.pk):
        if commit:
            _still_ours(run)
        result = Result(total=len(batch))
        result.problems += [one for one in batch if isinstance(one, Problem)]
        result.add(_place([one for one in batch if isinstance(one, _Planned)], shared))
        if commit:
            _keep_problems(run, result.problems)
            for name, more in result.numbers().items():
                setattr(run, name, getattr(run, name) + more)
            run.processed += result.total
            run.save()
    return result


def _still_ours(run: ImportRun) -> None:
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.processed != run.processed:
        raise _elsewhere_now()


def _elsewhere_now() -> RuleBroken:
    return RuleBroken(ELSEWHERE, _("Another worker goes on with this import."))


def _place(plans: list[_Planned], shared: dict[str, Any]) -> Result:
    """Place rows set by set; when the database refuses one, find it by halves and keep the rest."""
    if not plans:
        return Result()
    try:
        with transaction.atomic():
            return _place_all(plans, shared)
    except DatabaseError as refused:
        if len(plans) == 1:
            reason = str(refused).partition("\n")[0]
            return Result(problems=[Problem(plans[0].line, plans[0].row, reason[:300])])
    middle = len(plans) // 2
    result = _place(plans[:middle], shared)
    result.add(_place(plans[middle:], shared))
    return result


def _place_all(plans: list[_Planned], shared: dict[str, Any]) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(sql.text("customers/import/stage.sql"))
        with cursor.copy("COPY import_row FROM STDIN") as copy:
            for plan in plans:
                copy.write(_copied(plan))
        cursor.execute("ANALYZE import_row")
        cursor.execute(sql.text("customers/import/place.sql"), shared)
        cursor.execute("ANALYZE import_target")
        for step in _STEPS:
            cursor.execute(sql.text(f"customers/import/{step}.sql"), shared)
    (numbers,) = sql.rows("customers/import/numbers.sql")
    SearchToken.objects.refresh(numbers["indexed"])
    return Result(
        created=numbers["created"],
        updated=numbers["updated"],
        unchanged=numbers["unchanged"],
        problems=[
            Problem(found["line"], orjson.loads(found["row"]), _elsewhere(found["problem"]))
            for found in sql.rows("customers/import/problems.sql")
        ],
    )


def _elsewhere(problem: str) -> str:
    return {
        "removed": _("This customer record was removed. Restore it first."),
        "account": _("This account belongs to another customer."),
        "identifier": _("This identifier belongs to another party."),
    }[problem]


def _copied(plan: _Planned) -> bytes:
    cells = (plan.row, plan.told, plan.doc)
    jsons = [orjson.dumps(cell, default=str) for cell in cells]
    line = b"\t".join((str(plan.line).encode(), *jsons))
    return line.replace(b"\\", b"\\\\") + b"\n"


def _shared(run: ImportRun, checked: mappings.Checked) -> dict[str, Any]:
    """What every batch of a run needs beside its rows."""
    earlier = ImportRun.objects.filter(kind=KIND, mapping__source=run.mapping.get("source"))
    earlier = earlier.exclude(pk=run.pk)
    same = earlier.filter(mapping=run.mapping)
    fresh = {
        part: orjson.dumps(
            {**_defaults(model), "source": checked.source, **checked.constants[part]}, default=str
        ).decode()
        for part, model in _FRESH
    }
    names = [name for rule in checked.products for name in rule.names]
    return fresh | {
        "run_id": run.pk,
        "same_source": list(earlier.values_list("pk", flat=True)),
        "same_mapping": list(same.values_list("pk", flat=True)),
        "known_products": names,
    }


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    return {
        str(column.column): column.get_default()
        for column in model._meta.concrete_fields
        if not column.primary_key
    }


def _plans(file: IO[bytes], name: str, checked: mappings.Checked) -> Iterator[_Planned | Problem]:
    """Each row read and checked, or what is wrong with it."""
    seen: dict[str, int] = {}
    for record in read_records(file, name, checked.file):
        plan = _plan(record, checked)
        if isinstance(plan, _Planned):
            first = seen.setdefault(plan.number, record.line)
            if first != record.line:
                reason = _("The same number stands in line %(line)d already") % {"line": first}
                plan = Problem(record.line, record.row, reason, value=plan.number)
        yield plan


def _plan(record: Record, checked: mappings.Checked) -> _Planned | Problem:
    row = record.row
    if record.problem:
        return Problem(record.line, row, record.problem)
    try:
        doc = _document(row, checked)
        for cell in checked.told.values():
            cell(row)
    except BadCell as bad:
        return Problem(record.line, row, bad.reason, bad.column, bad.value)
    told = {column: row[column] for column in checked.told}
    return _Planned(record.line, doc["customer"]["number"], row, told, doc)


def _document(row: Mapping[str, str], checked: mappings.Checked) -> dict[str, Any]:
    doc: dict[str, Any] = {
        part: {name: _kept(name, cell(row)) for name, cell in cells.items()}
        for part, cells in checked.parts.items()
    }
    doc["customer"].setdefault("name", doc["customer"]["number"])
    doc["products"] = list(_products(row, checked.products))
    doc["identifiers"] = [
        {"kind": kind, "issuer": issuer, "value": value}
        for kind, issuer, cell in checked.identifiers
        if (value := cell(row))
    ]
    doc["contact_media"] = list(_media(row, checked))
    return doc


_NULLABLE = {
    "since", "birth_date", "valid_from", "valid_to", "paperless", "monthly_charge", "total_charged",
}  # fmt: skip


def _kept(name: str, value: Any) -> Any:
    return "" if value is None and name not in _NULLABLE else value


def _products(
    row: Mapping[str, str], rules: Iterable[mappings.ProductRule]
) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if not mappings.has(rule, row):
            continue
        if name := rule.name(row):
            options = {key: cell(row) for key, cell in rule.options.items()}
            yield {
                "name": name,
                "kind": rule.kind,
                "service_number": (rule.number(row) or "") if rule.number else "",
                "options": {key: value for key, value in options.items() if value is not None},
            }


def _media(row: Mapping[str, str], checked: mappings.Checked) -> Iterator[dict[str, Any]]:
    for kind, more, cell in checked.contact_media:
        if value := cell(row):
            spelling = written(kind, value, region=settings.CRM_REGION)
            yield {
                "type": kind,
                "value": value[:320],
                "normalised": spelling.normalised,
                "reversed_digits": spelling.reversed_digits,
                "role": more["role"],
            }


def _keep_problems(run: ImportRun, problems: Iterable[Problem]) -> None:
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                run=run,
                line=one.line,
                column=one.column[:120],
                value=one.value[:300],
                reason=one.reason[:300],
                row=one.row,
            )
            for one in problems
        ],
        batch_size=1000,
    )


def _set_numbers(run: ImportRun, result: Result) -> None:
    for name, value in result.numbers().items():
        setattr(run, name, value)


def _checked(mapping: Any) -> mappings.Checked:
    try:
        return mappings.checked(mapping)
    except mappings.MappingWrong as wrong:
        raise RuleBroken("mapping-wrong", str(wrong), field="mapping", kind="input") from wrong


def _header_of(file: IO[bytes], name: str, checked: mappings.Checked) -> list[str]:
    try:
        return read_header(file, name, checked.file)
    except FileWrong as wrong:
        raise RuleBroken("file-wrong", str(wrong), field="file", kind="input") from wrong


def _fits(checked: mappings.Checked, header: list[str]) -> None:
    missing = sorted(checked.columns - set(header))
    if missing:
        raise RuleBroken(
            "columns-missing",
            _("The file has no column %(names)s. It has: %(header)s.")
            % {"names": ", ".join(missing), "header": ", ".join(header)},
            field="mapping",
            kind="input",
            details={"missing": missing},
        )
