"""Archive Customer Data: move what the accepted policy names out of the online tables, and back."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InformationArchived, InformationRestored
from crm.events.publish import publish
from crm.ids import new_id
from customers import archivable, retention
from customers.archivable import DataClass
from customers.archive import rows
from customers.archive.store import DamagedArchive, Store
from customers.governed import RETENTION_POLICY
from customers.models import ArchivedRecord, ArchiveFile, ArchiveRun, Customer
from readiness.registry.resolve import resolve

ETOM = "1.3.6.4"

BATCH = 5_000
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do now: how many rows go, and how many are held back and why."""

    version_id: int
    goes: int
    on_hold: int
    refused: int
    waits_for_answer: int
    came_back: int

    @property
    def held(self) -> int:
        return self.on_hold + self.refused + self.waits_for_answer + self.came_back


@dataclass(frozen=True, slots=True)
class _Job:
    """What one run needs at every batch."""

    run: ArchiveRun
    data_class: DataClass
    policy: retention.Policy
    now: datetime
    actor: Actor
    progress: Progress


def _quiet(phase: str, count: int) -> None:
    """Tell nobody."""


def preview(*, data_class: str, actor: Actor, now: datetime | None = None) -> Preview:
    """Count what a run would do, with the same questions the run asks; changes nothing."""
    require(actor, "customers.archive_information")
    named = archivable.named(data_class)
    policy = _policy()
    moment = now or timezone.now()
    old = retention.old_enough(named, policy, moment)
    free = old.filter(blocked=False)
    willing = free.filter(refused=False)
    waiting = Q(accepted=False, silent_keeps=True)
    return Preview(
        version_id=policy.version_id,
        goes=retention.candidates(named, policy, moment).count(),
        on_hold=old.filter(blocked=True).count(),
        refused=free.filter(refused=True).count(),
        waits_for_answer=willing.filter(waiting).count(),
        came_back=willing.exclude(waiting).filter(restored=True).count(),
    )


def run(
    *,
    data_class: str,
    actor: Actor,
    now: datetime | None = None,
    seconds: float | None = None,
    progress: Progress = _quiet,
) -> ArchiveRun:
    """Archive every candidate of one data class, a batch at a time; safe to kill and to repeat.

    Each batch is one transaction that ends with its file on the disk, its records in the
    catalogue and its rows gone, or with none of these. Raises CapabilityOff without an accepted
    policy. After `seconds` it stops between batches and leaves the run open for the next.
    """
    require(actor, "customers.archive_information")
    started = monotonic()
    policy = _policy()
    _discard_unfinished()
    job = _Job(
        run=_open_run(data_class, policy),
        data_class=archivable.named(data_class),
        policy=policy,
        now=now or timezone.now(),
        actor=actor,
        progress=progress,
    )
    for customers in _batches(job):
        if seconds is not None and monotonic() - started > seconds:
            job.run.refresh_from_db()
            return job.run
        _archive_batch(job, customers)
    finished = preview(data_class=data_class, actor=actor, now=job.now)
    job.run.held = finished.held
    if not finished.goes:
        job.run.finished_at = timezone.now()
    job.run.save(update_fields=["held", "finished_at"])
    job.run.refresh_from_db()
    return job.run


@transaction.atomic
def restore(*, record_id: int, actor: Actor) -> ArchivedRecord:
    """Bring one record back, identical to what went; bringing it back twice changes nothing."""
    require(actor, "customers.archive_information")
    records = ArchivedRecord.objects.select_related("file")
    record = records.select_for_update(of=("self",)).get(pk=record_id)
    if record.restored_at is not None:
        return record
    data_class = archivable.named(record.data_class)
    try:
        Store.here().check(record.file.path, record.file.sha256)
    except DamagedArchive as damage:
        raise RuleBroken("archive-damaged", str(damage)) from damage
    archived = Store.here().read(
        record.file.path, customer_id=record.customer_id, root_id=record.source_id
    )
    try:
        with transaction.atomic():
            rows.put_back(data_class, archived)
    except IntegrityError as clash:
        raise RuleBroken(
            "record-cannot-return",
            _("Something this record refers to is gone, or its place is taken. It stays archived."),
        ) from clash
    if rows.stage(data_class, [record.source_id]) != {record.source_id: record.content_hash}:
        raise RuleBroken(
            "restored-differs",
            _("What came back is not what was archived. Nothing was restored."),
        )
    record.restored_at = timezone.now()
    record.save(update_fields=["restored_at"])
    event = InformationRestored(record_id=record.pk, data_class=record.data_class)
    publish(event, actor=actor)
    return record


def damaged_files() -> list[str]:
    """What is wrong with the sealed files, one sentence each; empty when the archive is whole."""
    found = []
    for file in ArchiveFile.objects.exclude(sealed_at=None).iterator():
        try:
            Store.here().check(file.path, file.sha256)
        except DamagedArchive as damage:
            found.append(str(damage))
    return found


def _policy() -> retention.Policy:
    version = resolve(RETENTION_POLICY.key)
    return retention.policy(version.version_id, version.config)


def _open_run(data_class: str, policy: retention.Policy) -> ArchiveRun:
    """The run that was killed or ran out of time, else a new one."""
    unfinished = ArchiveRun.objects.filter(
        data_class=data_class, capability_version_id=policy.version_id, finished_at=None
    )
    return unfinished.order_by("-pk").first() or ArchiveRun.objects.create(
        data_class=data_class, capability_version_id=policy.version_id
    )


def _discard_unfinished() -> None:
    """Forget files of killed attempts; one that is still being written is locked and is left."""
    with transaction.atomic():
        unsealed = ArchiveFile.objects.filter(sealed_at=None)
        for file in unsealed.select_for_update(skip_locked=True):
            Store.here().discard(file.path)
            file.delete()


def _batches(job: _Job) -> Iterator[list[int]]:
    """Ids of candidates, a batch at a time, in the order of customers; each is offered once."""
    after: tuple[int | None, int] | None = None
    while True:
        due = retention.candidates(job.data_class, job.policy, job.now)
        page = list(_following(due, after).values_list("customer_id", "pk")[:BATCH])
        if not page:
            return
        yield [pk for _customer, pk in page]
        after = page[-1]


def _following(due: "QuerySet[Any]", after: tuple[int | None, int] | None) -> "QuerySet[Any]":
    if after is None:
        return due
    customer, pk = after
    if customer is None:
        return due.filter(customer=None, pk__gt=pk)
    return due.filter(Q(customer=customer, pk__gt=pk) | Q(customer__gt=customer) | Q(customer=None))


def _archive_batch(job: _Job, ids: Sequence[int]) -> None:
    """Claim, copy, write, check, catalogue, delete: one batch, whole or not at all."""
    name = f"{job.data_class.key}/{job.now:%Y}/{job.run.pk:06d}-{new_id().hex}.parquet"
    # Committed by itself, so that whoever comes after a kill knows what to clear away.
    claimed = ArchiveFile.objects.create(run=job.run, path=name)
    job.progress("claimed", len(ids))
    with transaction.atomic():
        file = ArchiveFile.objects.select_for_update().filter(pk=claimed.pk).first()
        if file is None:
            # Another archiver took us for dead; the rows are still there for the next batch.
            return
        records = _lock(job, ids)
        if not records:
            file.delete()
            return
        hashes = _write_file(job, file, [record["pk"] for record in records])
        job.progress("placed", len(records))
        _catalogue(job, file, records, hashes)
        gone = rows.delete_staged(job.data_class)
        if gone != file.rows:
            raise RuntimeError(f"{gone} rows would go, {file.rows} were written: nothing went.")
        event = InformationArchived(
            run_id=job.run.pk, data_class=job.data_class.key, count=len(records)
        )
        publish(event, actor=job.actor)
        job.progress("deleted", len(records))
    job.progress("sealed", len(records))


def _lock(job: _Job, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The candidates that still are, locked after their customers; what others hold is left."""
    due = retention.candidates(job.data_class, job.policy, job.now).filter(pk__in=ids)
    wanted = set(due.exclude(customer=None).values_list("customer_id", flat=True))
    locked = Customer.objects.filter(pk__in=wanted).order_by("pk")
    free = list(locked.select_for_update(skip_locked=True).values_list("pk", flat=True))
    # Asked again under the locks: a hold placed meanwhile keeps its customer's rows.
    rest = due.filter(Q(customer=None) | Q(customer__in=free))
    happened, label = job.data_class.happened_at, job.data_class.label
    names = ("pk", "public_id", "customer_id", "accepted", happened, label)
    return list(rest.select_for_update(of=("self",), skip_locked=True).values(*names))


def _write_file(job: _Job, file: ArchiveFile, ids: Sequence[int]) -> dict[int, str]:
    hashes = rows.stage(job.data_class, ids)
    file.rows = rows.copy_out(job.data_class, Store.here().begin(file.path))
    job.progress("copied", len(ids))
    Store.here().write(file.path)
    if Store.here().hashes(file.path) != hashes:
        raise RuntimeError(f"{file.path} does not hold what the tables hold: nothing went.")
    job.progress("written", len(ids))
    manifest = {
        "data_class": job.data_class.key,
        "run": str(job.run.public_id),
        "capability_version": job.policy.version_id,
        "written_at": timezone.now().isoformat(),
        "records": len(ids),
        "rows": rows.counts(),
    }
    file.sha256 = Store.here().place(file.path, manifest)
    return hashes


def _catalogue(
    job: _Job, file: ArchiveFile, records: Sequence[dict[str, Any]], hashes: dict[int, str]
) -> None:
    happened, label = job.data_class.happened_at, job.data_class.label
    ArchivedRecord.objects.bulk_create(
        ArchivedRecord(
            file=file,
            data_class=job.data_class.key,
            source_id=record["pk"],
            public_id=record["public_id"],
            customer_id=record["customer_id"],
            happened_at=record[happened],
            label=record[label][:200],
            content_hash=hashes[record["pk"]],
            acceptance_basis=retention.basis(
                customer_id=record["customer_id"], accepted=record["accepted"]
            ),
            capability_version_id=job.policy.version_id,
        )
        for record in records
    )
    file.sealed_at = timezone.now()
    file.save(update_fields=["rows", "sha256", "sealed_at"])
    # Two archivers may share a run.
    ArchiveRun.objects.filter(pk=job.run.pk).update(archived=F("archived") + len(records))
