"""Export Customer Data: a list as a file, written in the background, for the person who asked."""

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.access import Actor, actor_for, require
from crm.accounts.models import User
from crm.audit.record import record_access
from crm.cells import safe
from crm.errors import RuleBroken
from crm.languages import spoken
from customers import masking
from customers.listing import Column, Wish, chosen_columns, said_of
from customers.models import Customer, ListExport

ETOM = "1.3.6.2"

PERMISSION = "customers.export_customers"
KEPT_DAYS = 7
_CHUNK = 1_000
_LEASE = timedelta(minutes=20)
_State = ListExport.State


def ask_export(*, query: str, columns: Iterable[str], purpose: str, actor: Actor) -> ListExport:
    """Ask for a file of everybody a list names; what for is asked and kept."""
    require(actor, PERMISSION)
    if not purpose.strip():
        raise RuleBroken(
            "purpose-missing",
            _("Say what the file is for: it is recorded with your name."),
            field="purpose",
            kind="invalid",
        )
    return ListExport.objects.create(
        by_id=_person(actor),
        query=Wish.read(QueryDict(query).dict()).kept,
        columns=[column.key for column in chosen_columns(columns)],
        purpose=purpose.strip()[:200],
    )


def _person(actor: Actor) -> int:
    if actor.pk is None:
        raise RuleBroken("nobody-asks", _("A file is for a person."), kind="input")
    return actor.pk


def waiting_exports() -> list[int]:
    """Files nobody writes: new ones, and those whose worker died."""
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    wanted = ListExport.objects.filter(state__in=[_State.WAITING, _State.WRITING])
    return list(wanted.filter(free).order_by("pk").values_list("pk", flat=True)[:20])


def write_export(*, export_id: int) -> bool:
    """Write the file from the beginning, then put it in its place; False when another worker does.

    Every record in it is in the log of exports before the file can be fetched.
    """
    export = _leased(export_id)
    if export is None:
        return False
    actor = actor_for(User.objects.get(pk=export.by_id))
    target = path_of(export)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        require(actor, PERMISSION)
        with translation.override(spoken(actor.language)):
            rows, checksum = _written(export, actor, part)
        part.replace(target)
    except Exception as wrong:
        part.unlink(missing_ok=True)
        _ended(export, state=_State.FAILED, message=str(wrong)[:300])
        raise
    _ended(export, state=_State.READY, rows=rows, sha256=checksum, ready_at=timezone.now())
    return True


def _leased(export_id: int) -> ListExport | None:
    now = timezone.now()
    with transaction.atomic():
        export = (
            ListExport.objects.select_for_update(skip_locked=True)
            .filter(pk=export_id, state__in=[_State.WAITING, _State.WRITING])
            .filter(Q(leased_until=None) | Q(leased_until__lt=now))
            .first()
        )
        if export is not None:
            export.state, export.leased_until = str(_State.WRITING), now + _LEASE
            export.save(update_fields=["state", "leased_until"])
    return export


def _ended(export: ListExport, **said: Any) -> None:
    for name, value in {**said, "leased_until": None}.items():
        setattr(export, name, value)
    export.save(update_fields=[*said, "leased_until"])


def _written(export: ListExport, actor: Actor, part: Path) -> tuple[int, str]:
    columns = chosen_columns(export.columns)
    clear = masking.sees_people(actor)
    rows = 0
    part.touch(mode=0o600)
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        line = csv.writer(file)
        line.writerow([str(column.label) for column in columns])
        for customers in _chunks(export, actor):
            line.writerows(_cells(customer, columns, clear=clear) for customer in customers)
            rows += len(customers)
            _recorded(export, actor, customers)
            _shown(export, rows, file)
    return rows, hashlib.sha256(part.read_bytes()).hexdigest()


def _chunks(export: ListExport, actor: Actor) -> Iterator[list[Customer]]:
    wish = Wish.read(QueryDict(export.query).dict())
    everybody = wish.customers(actor).select_related("care_team")
    after: Customer | None = None
    while chunk := list(wish.in_order(everybody, after)[:_CHUNK]):
        yield chunk
        after = chunk[-1]


def _cells(customer: Customer, columns: list[Column], *, clear: bool) -> list[str]:
    return [safe(_plain(value)) for _column, value in said_of(customer, columns, clear=clear)]


def _plain(value: Any) -> Any:
    return (
        timezone.localtime(value).isoformat(" ", "minutes")
        if isinstance(value, datetime)
        else value
    )


def _recorded(export: ListExport, actor: Actor, customers: list[Customer]) -> None:
    record_access(
        actor=actor,
        action="export",
        subject="customer",
        ids=[customer.pk for customer in customers],
        purpose=export.purpose,
        detail=f"list export {export.public_id}",
    )


def _shown(export: ListExport, rows: int, file: TextIO) -> None:
    file.flush()
    still_ours = timezone.now() + _LEASE
    ListExport.objects.filter(pk=export.pk).update(rows=rows, leased_until=still_ours)


def export_of(*, public_id: UUID, actor: Actor) -> ListExport:
    """A file by its address, for the person who asked for it only."""
    require(actor, PERMISSION)
    return ListExport.objects.get(public_id=public_id, by_id=actor.pk)


def path_of(export: ListExport) -> Path:
    return Path(settings.STORAGE_DIR) / "exports" / f"{export.public_id}.csv"


def forget_exports() -> int:
    """Remove files a week after they were ready: nobody needs personal data lying about."""
    old = ListExport.objects.filter(
        state=_State.READY, ready_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)
    )
    gone = 0
    for export in old[:500]:
        path_of(export).unlink(missing_ok=True)
        _ended(export, state=_State.GONE)
        gone += 1
    return gone
