"""Search the base for duplicates: the whole of it once, then what changed; stopped, it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import sql
from crm.access import Actor, require
from crm.errors import RuleBroken
from customers.alike import as_json, score
from customers.matching.compare import Rows
from customers.matching.explain import reasons
from customers.matching.pairs import MATCH, REVIEW, Scored, scored
from customers.matching.table import Table
from customers.models import DuplicateCase, ImportRun, MatchRun, Party
from customers.processes.deduplicate.compare import compared
from customers.processes.deduplicate.flag import keep_cases, keep_keys
from customers.processes.deduplicate.load import changed_since, loaded, records
from customers.processes.import_customers import KIND

_CASES, _CHANGED = 5_000, 500
# More changes than this share of the base, and the whole of it is compared again.
_MUCH = 0.1
# A transaction may commit after we looked, with a moment before it.
_MARGIN = timedelta(minutes=15)
_REACH, _MOST = 100, 20


def find_duplicates(*, whole: bool = False, actor: Actor) -> MatchRun:
    """Search for duplicates; a search that was stopped is taken up, not begun again."""
    require(actor, "customers.match_customers")
    run = MatchRun.objects.filter(state=MatchRun.State.RUNNING).first() or _begun(whole, actor)
    with _alone():
        try:
            _search(run)
        except Exception as wrong:
            MatchRun.objects.filter(pk=run.pk).update(message=str(wrong)[:300])
            raise
    return run


def search_is_due() -> bool:
    """Whether a search was stopped, or a file of customers came in that none has looked at."""
    if MatchRun.objects.filter(state=MatchRun.State.RUNNING).exists():
        return True
    files = ImportRun.objects.filter(kind=KIND, state=ImportRun.State.DONE)
    last = MatchRun.objects.filter(state=MatchRun.State.DONE).order_by("-pk").first()
    if last is not None:
        files = files.filter(finished_at__gt=last.until)
    return files.exists()


@contextmanager
def _alone() -> Iterator[None]:
    """One search at a time in the whole product; a crash lets go of it with its connection."""
    if not _said("SELECT pg_try_advisory_lock(hashtextextended('customers.find', 0))"):
        raise RuleBroken("searched-elsewhere", _("A search for duplicates is running already."))
    try:
        yield
    finally:
        _said("SELECT pg_advisory_unlock(hashtextextended('customers.find', 0))")


def _said(question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question)
        (answer,) = cursor.fetchone() or (False,)
    return bool(answer)


def _begun(whole: bool, actor: Actor) -> MatchRun:
    last = MatchRun.objects.filter(state=MatchRun.State.DONE).order_by("-pk").first()
    since = None if whole or last is None else last.until - _MARGIN
    until = timezone.now()
    if since is not None:
        parties = Party.objects.filter(removed_at=None).count()
        whole = changed_since(since).count() > max(parties * _MUCH, _CHANGED)
    else:
        whole = True
    return MatchRun.objects.create(whole=whole, since=since, until=until, by_name=actor.name)


def _search(run: MatchRun) -> None:
    if run.whole:
        _the_whole(run)
    else:
        _what_changed(run)
    run.state, run.finished_at, run.message = MatchRun.State.DONE, timezone.now(), ""
    run.save(
        update_fields=["state", "finished_at", "message", "found", "pairs", "parties", "model"]
    )


def _the_whole(run: MatchRun) -> None:
    run.found = run.pairs = run.parties = 0
    for ids, table in loaded(run):
        found = scored(table)
        if table.size > run.parties:
            run.model = found.model.as_json()
        run.parties += table.size
        run.pairs += len(found.bits)
        run.found += _kept(found, table, np.array(ids, np.int64))


def _kept(found: Scored, table: Table, ids: Rows) -> int:
    """Cases for what matches or needs a look; says how many were new."""
    wanted = (found.matches | found.reviews).nonzero()[0]
    fresh = 0
    for start in range(0, len(wanted), _CASES):
        part = wanted[start : start + _CASES]
        left, right = found.left[part], found.right[part]
        why = reasons(found.model, table, left, right, found.agreed[part])
        least = np.where(found.implied[part], round(100 * MATCH), 0)
        pairs = [
            (int(ids[one]), int(ids[other]), max(score(bits), int(floor)), as_json(said))
            for one, other, bits, floor, said in zip(
                left, right, found.bits[part].tolist(), least, why, strict=True
            )
        ]
        with transaction.atomic():
            fresh += keep_cases(pairs, source=DuplicateCase.Source.RUN)
    return fresh


def _what_changed(run: MatchRun) -> None:
    since = run.since or run.until
    changed = list(
        changed_since(since).filter(pk__gt=run.cursor).order_by("pk").values_list("pk", flat=True)
    )
    for start in range(0, len(changed), _CHANGED):
        ids = changed[start : start + _CHANGED]
        found = records(ids)
        with transaction.atomic():
            keep_keys({party: record for party, (_kind, record) in found.items()})
        asked = {"ids": ids, "reach": _REACH, "limit": _MOST}
        pairs = {
            (min(row["party_id"], row["other_id"]), max(row["party_id"], row["other_id"]))
            for row in sql.rows("customers/sharing_keys.sql", asked)
        }
        run.found += _compared(sorted(pairs))
        run.pairs += len(pairs)
        run.parties += len(ids)
        run.cursor = ids[-1]
        run.save(update_fields=["cursor", "found", "pairs", "parties"])


def _compared(pairs: list[tuple[int, int]]) -> int:
    """Cases for those of some pairs that are likely; says how many were new."""
    cases = compared(pairs, least=REVIEW)
    with transaction.atomic():
        return keep_cases(cases, source=DuplicateCase.Source.RUN) if cases else 0
