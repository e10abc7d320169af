"""A move taken back: what nobody touched since stands as before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from customers import masking
from customers.models import ContactMedium, Identifier, NumberMove, Party, Product
from customers.processes.keep_identifiers import out_of_sight, tell
from customers.processes.move_number.holding import end_row, party_of, plain

_MODELS: dict[str, type[models.Model]] = {
    "identifier": Identifier,
    "contactmedium": ContactMedium,
    "product": Product,
}


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows came back, and which stay as they are because somebody changed them since."""

    move: NumberMove
    back: int
    kept: tuple[str, ...]


@transaction.atomic
def undo_move(*, move_id: int, reason: str, actor: Actor) -> Undone:
    """Bring everything back to where it was, except what somebody has changed since."""
    require(actor, "customers.update_information")
    # Whoever has or had the number is named.
    require(actor, masking.PERMISSION)
    move = NumberMove.objects.select_for_update(of=("self",)).get(pk=move_id)
    if out_of_sight([pk for pk in (move.origin_id, move.target_id) if pk is not None], actor):
        raise NumberMove.DoesNotExist
    if move.undone_at:
        return Undone(move, 0, ())
    if not reason.strip():
        raise RuleBroken(
            "say-why", _("Say why the move was wrong."), field="reason", kind="invalid"
        )
    rows = _as_they_stand(move.ended)
    party_ids = {move.target_id, *(party_of(row) for row, _was in rows)}
    list(Party.objects.filter(pk__in=party_ids).order_by("pk").select_for_update(of=("self",)))
    given = Identifier.objects.select_for_update(of=("self",)).get(pk=move.given_id)
    if given.valid_to is not None:
        raise RuleBroken(
            "moved-on",
            _("The number has moved on since. Take that move back first, or move it anew."),
        )
    with because(actor, reason):
        given.valid_to, given.ended_because = given.valid_from, Identifier.Ended.CORRECTED
        given.save(update_fields=["valid_to", "ended_because"])
        kept = [*_take_away(move.begun), *_put_back(rows)]
    move.undone_at, move.undone_by = timezone.now(), actor.name
    move.undone_because = reason.strip()[:200]
    move.save(update_fields=["undone_at", "undone_by", "undone_because"])
    tell(Party.objects.filter(pk__in=party_ids), actor)
    return Undone(move, len(move.ended) + len(move.begun) - len(kept), tuple(kept))


def _as_they_stand(ended: Sequence[Mapping[str, Any]]) -> list[tuple[Any, Mapping[str, Any]]]:
    """The rows that ended, each with what is known of it; a removed one is left out."""
    found: list[tuple[Any, Mapping[str, Any]]] = []
    for one in ended:
        rows = _MODELS[one["table"]]._default_manager.select_for_update(of=("self",))
        row = rows.filter(pk=one["id"]).first()
        if row is not None:
            found.append((row, one))
    return found


def _put_back(rows: Iterable[tuple[Any, Mapping[str, Any]]]) -> Iterator[str]:
    """Give each row its former values; says of which somebody has changed since."""
    for row, was in rows:
        if any(plain(getattr(row, name)) != value for name, value in was["after"].items()):
            yield str(row)
            continue
        before = dict(was["before"])
        if before.get("preferred") and row.party.contact_media.current().filter(preferred=True):
            # Another one is preferred by now: there is one only.
            before["preferred"] = False
        for name, value in before.items():
            setattr(row, name, _value(row, name, value))
        row.save(update_fields=list(before))


def _take_away(begun: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Remove the services a move began; one that is used by now ends instead, and is named."""
    for one in begun:
        product = Product.objects.select_for_update(of=("self",)).filter(pk=one["id"]).first()
        if product is None:
            continue
        try:
            with transaction.atomic():
                product.delete()
        except models.ProtectedError:
            end_row(product, timezone.now(), "")
            yield str(product)


def _value(row: models.Model, name: str, value: Any) -> Any:
    """A kept value as its column has it."""
    field = row._meta.get_field(name)
    if isinstance(value, str) and isinstance(field, models.DateTimeField):
        return parse_datetime(value)
    if isinstance(value, str) and isinstance(field, models.DateField):
        return parse_date(value)
    return value
