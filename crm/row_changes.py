"""What changed in rows whose history is kept: field by field, with who and why."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row, before and after."""

    at: datetime
    who: str
    why: str
    thing: str
    label: str
    before: Any
    after: Any
    request: str = ""
    where: str = ""
    model: str = ""
    field: str = ""
    event_id: int = 0
    row: str = ""


def event_model(model: type[models.Model]) -> Any:
    """The table that keeps earlier versions of a model's rows; None when none are kept."""
    return next(
        (
            relation.related_model
            for relation in model._meta.related_objects
            if hasattr(relation.related_model, "pgh_tracked_model")
        ),
        None,
    )


def changes_of_rows(
    model: type[models.Model],
    rows: Sequence[models.Model],
    limit: int,
    silent: Collection[str] = (),
) -> list[Change]:
    """The newest changes of these rows, newest first, without those of silent fields."""
    asked = event_model(model)._default_manager.filter(pgh_obj_id__in=[row.pk for row in rows])
    after: dict[int, Any] = {row.pk: row for row in rows}
    called = {row.pk: row for row in rows}
    found: list[Change] = []
    for event in asked.select_related("pgh_context").order_by("-pgh_id")[:limit]:
        row = called[event.pgh_obj_id]
        found += _differences(model, event, after[event.pgh_obj_id], row, silent)
        after[event.pgh_obj_id] = event
    return found


def _differences(
    model: type[models.Model], event: Any, after: Any, row: models.Model, silent: Collection[str]
) -> Iterator[Change]:
    said = event.pgh_context.metadata if event.pgh_context else {}
    for field in model._meta.concrete_fields:
        old, new = getattr(event, field.attname), getattr(after, field.attname)
        if field.name in silent or old == new:
            continue
        yield Change(
            at=event.pgh_created_at,
            who=said.get("actor_name", ""),
            why=said.get("reason", ""),
            thing=str(model._meta.verbose_name),
            label=str(field.verbose_name),
            before=old,
            after=new,
            request=str(said.get("request", "")),
            where=str(said.get("url", "")),
            model=model._meta.model_name or "",
            field=field.attname,
            event_id=event.pgh_id,
            row=str(row),
        )
