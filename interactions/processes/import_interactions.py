"""Log Customer Interaction, in bulk: history from a file, once per id at its source.

Imported history starts no clock, whether it is open or not: nobody promised those customers
anything under a policy of ours. The timeline of each row says so. A file that names no end of a
matter leaves the end at its beginning, marked `endUnknown`, and figures leave it out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionsImported
from crm.events.publish import publish
from customers.imports.readers import FileWrong, Record, read_header, read_records
from customers.processes.keep_import_run import keep_import_run
from interactions.imports.mapping import (
    NOT_RECORDED,
    BadRow,
    MappingWrong,
    Read,
    RowMapping,
    checked,
)
from interactions.models import Interaction, InteractionEvent, Reason

ETOM = "1.3.5.4"

KIND: Final = "interactions"
_BATCH: Final = 2000
_NO_PROMISE: Final = "history from a file: nothing was promised under a policy of ours"


@dataclass(frozen=True, slots=True)
class Problem:
    """One row that did not go in: where, what and why."""

    line: int
    column: str
    value: str
    reason: str
    row: Mapping[str, str]


@dataclass(slots=True)
class Result:
    """What an import came to; a trial and the import that follows give the same."""

    total: int = 0
    created: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    run_id: int | None = None

    def numbers(self) -> dict[str, int]:
        return {
            "total": self.total,
            "created": self.created,
            "updated": 0,
            "unchanged": self.unchanged,
            "failed": len(self.problems),
        }


def import_interactions(
    *, file: IO[bytes], file_name: str, mapping: Any, dry_run: bool, actor: Actor
) -> Result:
    """Try or take in a file; taken in again, it changes nothing.

    It goes in as a whole: cut off in the middle, nothing is there and it can be started again.
    """
    require(actor, "interactions.import_interactions")
    try:
        options = mapping.get("file", {}) if isinstance(mapping, dict) else {}
        rules = checked(mapping, read_header(file, file_name, options))
        records = read_records(file, file_name, options)
        with transaction.atomic():
            result = _take_in(records, rules, actor)
            if dry_run:
                transaction.set_rollback(True)
            else:
                _keep(result, file_name, mapping, actor)
    except (FileWrong, MappingWrong) as wrong:
        raise RuleBroken("file-or-mapping-wrong", str(wrong), kind="input") from wrong
    return result


def _take_in(records: Iterator[Record], rules: RowMapping, actor: Actor) -> Result:
    result = Result()
    reasons = {reason.key: reason for reason in Reason.objects.all()}
    lines: dict[str, int] = {}
    while batch := list(islice(records, _BATCH)):
        rows = list(_readable(batch, rules, lines, result))
        _place(rows, rules.source, reasons, result, actor)
    return result


def _readable(
    batch: Iterable[Record], rules: RowMapping, lines: dict[str, int], result: Result
) -> Iterator[tuple[Record, Read]]:
    now = timezone.now()
    for record in batch:
        result.total += 1
        try:
            if record.problem:
                raise BadRow("", "", record.problem)
            read = rules.read(record.row)
            if read.opened_at > now:
                raise BadRow(rules.dates[0].column, str(read.opened_at), _("Still to come"))
            first = lines.setdefault(read.external_id, record.line)
            if first != record.line:
                raise BadRow(
                    rules.external_id,
                    read.external_id,
                    _("The same id stands in line %(line)d") % {"line": first},
                )
        except BadRow as bad:
            result.problems.append(
                Problem(record.line, bad.column, bad.value[:300], bad.reason, record.row)
            )
        else:
            yield record, read


def _place(
    rows: list[tuple[Record, Read]],
    source: str,
    reasons: Mapping[str, Reason],
    result: Result,
    actor: Actor,
) -> None:
    """Write a batch in two statements; what is already there is left as it is."""
    ids = [read.external_id for _record, read in rows]
    known = dict(
        Interaction.objects.filter(source=source, external_id__in=ids).values_list(
            "external_id", "as_given"
        )
    )
    fresh = []
    for record, read in rows:
        kept = known.get(read.external_id)
        if kept is None:
            fresh.append((_interaction(read, source, reasons), read))
        elif read.as_given.items() <= kept.items():
            result.unchanged += 1
        else:
            result.problems.append(
                Problem(
                    record.line,
                    "",
                    read.external_id,
                    _("Already here and different: nothing was overwritten"),
                    record.row,
                )
            )
    Interaction.objects.bulk_create([one for one, _read in fresh])
    InteractionEvent.objects.bulk_create(
        [event for one, read in fresh for event in _events(one, read, actor)]
    )
    result.created += len(fresh)


def _interaction(read: Read, source: str, reasons: Mapping[str, Reason]) -> Interaction:
    reason = reasons.get(read.reason_key)
    ended = read.opened_at if read.outcome else None
    closed = read.status == Interaction.Status.CLOSED
    as_given: dict[str, Any] = dict(read.as_given)
    if reason is not None:
        as_given["reasonBy"] = "words of the subject"
    if ended is not None:
        as_given["endUnknown"] = True
    return Interaction(
        direction=Interaction.Direction.INBOUND,
        channel=read.channel,
        reason=reason,
        subject=read.subject,
        status=read.status,
        verticals=[reason.vertical if reason else "assurance"],
        region=read.region,
        opened_at=read.opened_at,
        completed_at=ended,
        closed_at=ended if closed else None,
        outcome=read.outcome,
        customer_informed=NOT_RECORDED if closed else "",
        event_count=1 + (ended is not None) + closed,
        source=source,
        external_id=read.external_id,
        as_given=as_given,
    )


def _events(interaction: Interaction, read: Read, actor: Actor) -> Iterator[InteractionEvent]:
    said: list[tuple[str, dict[str, Any]]] = [
        (
            "opened",
            {
                "direction": interaction.direction,
                "status": "logged" if read.outcome else read.status,
                "promise": None,
                "no_promise_because": _NO_PROMISE,
            },
        )
    ]
    if interaction.completed_at:
        said.append(("completed", {"outcome": read.outcome, "end_unknown": True}))
    if interaction.closed_at:
        said.append(("closed", {"informed_by": interaction.customer_informed, "end_unknown": True}))
    for seq, (type_, data) in enumerate(said, start=1):
        yield InteractionEvent(
            interaction=interaction,
            seq=seq,
            type=type_,
            occurred_at=interaction.opened_at,
            actor_id=actor.pk,
            actor_name=actor.name,
            channel=interaction.channel,
            data={"imported": True, **data},
        )


def _keep(result: Result, file_name: str, mapping: Mapping[str, Any], actor: Actor) -> None:
    run = keep_import_run(
        kind=KIND,
        file_name=file_name,
        mapping=mapping,
        numbers=result.numbers(),
        problems=[
            {
                "line": one.line,
                "column": one.column,
                "value": one.value,
                "reason": one.reason,
                "row": dict(one.row),
            }
            for one in result.problems
        ],
        actor=actor,
    )
    result.run_id = run.pk
    publish(InteractionsImported(run_id=run.pk), actor=actor)
