"""Customers who were there before an import: each gets back what they were, unless edited since."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _

from crm.access import Actor
from customers.imports import followers
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    Identifier,
    ImportChange,
    ImportRun,
    Party,
    Product,
    SearchToken,
)
from customers.processes.undo_import import outcome
from customers.processes.undo_import.outcome import Sorted

# In the order in which rows may be taken away: what points at another goes first.
_TABLES: dict[str, Any] = {
    model._meta.db_table: model
    for model in (ContactMedium, Identifier, Product, Agreement, Account, Customer, Party)
}
_NOT_RESTORED = {"id", "public_id", "revision", "updated_at", "created_at", "recorded_at"}


def restore_told(run: ImportRun, ids: Sequence[int | None], actor: Actor) -> dict[int, Sorted]:
    """Give these customers back what the import changed, one whole customer at a time."""
    wanted = [pk for pk in ids if pk is not None]
    changes: dict[int, list[ImportChange]] = defaultdict(list)
    for change in run.changes.filter(customer_id__in=wanted):
        changes[change.customer_id].append(change)
    sorted_: dict[int, Sorted] = {}
    for pk in wanted:
        sorted_ |= _restored(run, pk, changes[pk], actor)
    back = [pk for pk, one in sorted_.items() if one.outcome is outcome.Outcome.REVERSED]
    for follower in followers.registered():
        follower.let_go(run, back, False, actor)
    SearchToken.objects.refresh(back)
    return sorted_


def _restored(
    run: ImportRun, pk: int, changes: Iterable[ImportChange], actor: Actor
) -> dict[int, Sorted]:
    before = {(one.table, one.row_id): _before(run, one) for one in changes}
    if any(was is _EDITED for was in before.values()):
        return outcome.kept(pk, _("Edited since."))
    try:
        with transaction.atomic():
            Customer.objects.lock(pk)
            for (table, row_id), was in before.items():
                if was is not None:
                    _TABLES[table].objects.filter(pk=row_id).update(**was)
            for table, model in _TABLES.items():
                added = [row for (at, row), was in before.items() if at == table and was is None]
                rows = model._base_manager.filter(pk__in=added)
                rows._raw_delete(rows.db)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except Customer.DoesNotExist:
        return outcome.reversed_all([pk])
    except DatabaseError as refused:
        return outcome.stuck(pk, str(refused).partition("\n")[0])
    return outcome.reversed_all([pk])


_EDITED: dict[str, Any] = {}


def _before(run: ImportRun, change: ImportChange) -> dict[str, Any] | None:
    """The row as it was before the import; None when the import added it; or that it was edited."""
    history = _TABLES[change.table].events.rel.related_model
    events = list(
        history.objects.filter(pgh_obj_id=change.row_id)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:50]
    )
    ours = [one for one in events if _by(one).get("import_run") == run.pk]
    if change.how == ImportChange.How.ADDED and not events:
        return None
    if not ours or events[0] is not ours[0] or change.how == ImportChange.How.ADDED:
        return _EDITED
    return {
        field.attname: getattr(ours[-1], field.attname) for field in _fields(_TABLES[change.table])
    }


def _by(event: Any) -> dict[str, Any]:
    return event.pgh_context.metadata if event.pgh_context else {}


def _fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in _NOT_RESTORED and not field.generated
    ]
