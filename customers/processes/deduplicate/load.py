"""Everybody as the matcher reads them, and their keys kept on the way."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q, QuerySet

from crm import sql
from customers.alike import ROLES, record_of
from customers.imports.copying import escaped
from customers.matching.keys import keys
from customers.matching.table import Filler, Table
from customers.models import ContactMedium, MatchRun, Party
from customers.processes.deduplicate.flag import keep_keys

_STRETCH = 10_000
_NONE = frozenset[str]()
Records = dict[int, tuple[str, dict[str, str]]]
"""Id → kind and record."""


def loaded(run: MatchRun) -> Iterator[tuple[list[int], Table]]:
    """People, then organisations: their ids and what is compared; nothing is held twice."""
    fillers = {kind: Filler({role: [role] for role in ROLES}) for kind in Party.Kind.values}
    ids: dict[str, list[int]] = {kind: [] for kind in Party.Kind.values}
    end = Party.objects.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, end, _STRETCH):
        upto = after + _STRETCH
        # A search that was stopped goes on behind the keys it kept.
        records = _read(after, upto) if upto <= run.cursor else _kept(run, after, upto)
        for party, (kind, record) in records.items():
            ids[kind].append(party)
            fillers[kind].add([record.get(role, "") for role in ROLES])
    for kind in Party.Kind.values:
        yield ids.pop(kind), fillers.pop(kind).table()


def records(ids: list[int]) -> Records:
    """Some parties as the matcher reads them."""
    return _records(sql.rows("customers/match_records.sql", {"ids": ids}))


def changed_since(since: datetime, *, among: Collection[int] | None = None) -> QuerySet[Party]:
    """Parties, of some or of all, that were edited, or got or lost a contact point since."""
    reached = ContactMedium.objects.filter(Q(valid_from__gte=since) | Q(valid_to__gte=since))
    parties = Party.objects.filter(removed_at=None)
    if among is not None:
        # Asked of a pair, nobody else's contact points are looked through.
        parties, reached = parties.filter(pk__in=among), reached.filter(party__in=among)
    return parties.filter(Q(updated_at__gte=since) | Q(pk__in=reached.values("party_id")))


def _read(after: int, upto: int) -> Records:
    return _records(sql.rows("customers/match_stretch.sql", {"after": after, "upto": upto}))


def _records(rows: list[dict[str, Any]]) -> Records:
    return {row["id"]: (row["kind"], _record(row)) for row in rows}


def _record(row: Mapping[str, Any]) -> dict[str, str]:
    return record_of(row["kind"], row, orjson.loads(row["media"] or "[]"), row["documents"] or ())


def _kept(run: MatchRun, after: int, upto: int) -> Records:
    """A stretch of parties, with their keys brought up to date and remembered as done."""
    try:
        with transaction.atomic():
            found = _read(after, upto)
            _copy_keys(found, after, upto)
            _done(run, upto)
    except IntegrityError:
        # Somebody was recorded or removed at this moment: read again, and with care.
        with transaction.atomic():
            found = _read(after, upto)
            keep_keys({party: record for party, (_kind, record) in found.items()})
            _done(run, upto)
    return found


def _done(run: MatchRun, upto: int) -> None:
    run.cursor = upto
    run.save(update_fields=["cursor"])


def _copy_keys(found: Records, after: int, upto: int) -> None:
    """Only what differs is written; the database takes keys in while we make the next ones."""
    stood = _standing(after, upto)
    with connection.cursor() as cursor:
        with (
            connection.wrap_database_errors,
            cursor.copy("COPY customers_matchkey (party_id, key) FROM STDIN") as copy,
        ):
            for party, (_kind, record) in found.items():
                wanted, before = keys(record), stood.get(party, _NONE)
                fresh = [key for key in wanted if key not in before]
                copy.write("".join([f"{party}\t{escaped(key)}\n" for key in fresh]))
                if before:
                    stood[party] = set(before.difference(wanted))
        gone = [(party, key) for party, rest in stood.items() for key in rest]
        if gone:
            cursor.execute(
                sql.text("customers/match_keys_gone.sql"),
                {"parties": [one for one, _key in gone], "keys": [key for _one, key in gone]},
            )


def _standing(after: int, upto: int) -> dict[int, set[str]]:
    """The keys that are kept already: none in a first search, and mostly the same in a later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT party_id, key FROM customers_matchkey WHERE party_id > %s AND party_id <= %s",
            [after, upto],
        )
        stood: dict[int, set[str]] = {}
        for party, key in cursor.fetchall():
            stood.setdefault(party, set()).add(key)
    return stood
