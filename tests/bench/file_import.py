"""Import of a customer file against COPY of the same rows into the same indexed tables."""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tests.bench import base
from tests.bench.alone import alone
from tests.bench.ratio import Ratio, session_seconds

_FEW, _ROWS = 20_000, max(base.CUSTOMERS // 10, 100_000)
_MAPPING = "customers/imports/mappings/telco_churn.json"
_HEAD = (
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,"
    "InternetService,OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,"
    "StreamingMovies,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn"
)


class _TakenBack(Exception):
    pass


def measure() -> Iterator[Ratio]:
    few, many = (alone("file_import:take_in", rows=rows) for rows in (_FEW, _ROWS))
    before = session_seconds()
    floor = _copied_again(many.answer["run"])
    copying = session_seconds() - before
    ours = many.answer["seconds"]
    yield Ratio(
        f"import of {_ROWS:,} rows, of COPY into the same indexed tables",
        floor / ours,
        0.7,
        True,
        f"{_ROWS / ours:,.0f} rows/s; processor time {many.cpu_seconds:.1f} s ours and"
        f" {many.database_seconds:.1f} s the database's, of {copying:.1f} s for COPY",
    )
    yield Ratio(
        f"memory to import {_ROWS:,} rows, of that for {_FEW:,}",
        many.peak_mib / few.peak_mib,
        1.3,
        False,
        f"{many.peak_mib:,.0f} MiB of {few.peak_mib:,.0f} MiB",
    )


def take_in(rows: int) -> dict[str, float]:
    """Import a file of so many new customers; says which run it was and how long it took."""
    from crm.access import SYSTEM
    from customers.models import ImportRun
    from customers.processes.import_customers import import_customers, receive_file

    mapping = json.loads(Path(_MAPPING).read_text(encoding="utf-8"))
    with tempfile.TemporaryFile() as file:
        file.writelines(_lines(rows, str(time.time_ns())[-6:]))
        file.seek(0)
        run = receive_file(file=file, file_name="bench.csv", mapping=mapping, actor=SYSTEM)
    start = time.perf_counter()
    import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)
    ours = time.perf_counter() - start
    run = ImportRun.objects.get(pk=run.pk)
    if run.created != rows:
        raise SystemExit(f"{run.created} of {rows} rows were imported; {run.failed} failed.")
    return {"run": run.pk, "seconds": ours}


def _lines(rows: int, stamp: str) -> Iterator[bytes]:
    yield (_HEAD + "\n").encode()
    for n in range(rows):
        months = n % 72
        cells = (
            f"{n:07d}-{stamp}", ("Female", "Male")[n % 2], "01"[n % 6 == 0], ("Yes", "No")[n % 2],
            ("No", "Yes")[n % 3 == 0], str(months), "Yes", ("No", "Yes")[n % 2],
            ("DSL", "Fiber optic", "No")[n % 3], "Yes", "No", "Yes", "No", "No", "Yes",
            ("Month-to-month", "One year", "Two year")[n % 3], "Yes", "Mailed check",
            f"{20 + n % 90}.{n % 100:02d}", f"{months * 50}.25", ("No", "Yes")[n % 4 == 0],
        )  # fmt: skip
        yield (",".join(cells) + "\n").encode()


_SHIFT = 100_000_000
_OURS = "customer_id IN (SELECT customer_id FROM bench_ours)"
_THEIRS = "party_id IN (SELECT party_id FROM bench_ours)"
# Which rows are the run's, and what must differ for the same rows to go in once more.
_TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "customers_party": (_THEIRS.replace("party_id", "id", 1), {}),
    "customers_customer": (
        _OURS.replace("customer_id", "id", 1),
        {"number": "number || ' again'"},
    ),
    "customers_identifier": (_THEIRS, {"value": "value || ' again'"}),
    "customers_account": (_OURS, {"number": "number || ' again'"}),
    "customers_agreement": (_OURS, {}),
    "customers_product": (_OURS, {}),
    "customers_searchtoken": (_OURS, {}),
    "customers_importedrecord": (
        "run_id = (SELECT run_id FROM bench_ours LIMIT 1)",
        {"line": f"line + {_SHIFT}"},
    ),
}
_ALWAYS = {
    "id": f"id + {_SHIFT}",
    "party_id": f"party_id + {_SHIFT}",
    "customer_id": f"customer_id + {_SHIFT}",
    "public_id": "gen_random_uuid()",
}


def _copied_again(run_id: int) -> float:
    """Put what the run wrote in once more by plain COPY, under other ids, and time only that."""
    taken = 0.0
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE bench_ours ON COMMIT DROP AS"
                " SELECT r.run_id, r.customer_id, c.party_id FROM customers_importedrecord r"
                " JOIN customers_customer c ON c.id = r.customer_id WHERE r.run_id = %s",
                [run_id],
            )
            kept = {table: _copy_out(cursor, table) for table in _TABLES}
            start = time.perf_counter()
            for table, rows in kept.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            taken = time.perf_counter() - start
            raise _TakenBack
    except _TakenBack:
        return taken


def _copy_out(cursor: Any, table: str) -> bytes:
    where, other = _TABLES[table]
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum",
        [table],
    )
    told = {**_ALWAYS, **other}
    columns = ", ".join(told.get(name, f'"{name}"') for (name,) in cursor.fetchall())
    with cursor.copy(f"COPY (SELECT {columns} FROM {table} WHERE {where}) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)
