"""Values of any column as a reader takes them in: names for ids, labels for codes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.web import times, words
from customers.answering import answering
from customers.models import Customer, MergedRecord, Party
from customers.place_names import country

Column = models.Field[Any, Any]

_NOTHING: Final = "–"
_CODES: Final[Mapping[str, Callable[[str], str]]] = {
    "language": words.language,
    "nationality": country,
    "segment": words.plain,
    "gender": words.plain,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How columns are said to one reader: whoever the reader may not see has no name here."""

    called: Mapping[type[models.Model], Mapping[int, str]]

    def of(self, column: Column, value: Any) -> str:
        """One value of a column."""
        if value in (None, ""):
            return _NOTHING
        if isinstance(column, models.ForeignKey):
            names = self.called.get(column.related_model, {})
            return names.get(value) or _("somebody your role does not show")
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        said = _CODES.get(column.name)
        return said(value) if said else in_words(value)


# Of columns that point to nobody.
PLAIN: Final = Wording({})


def wording(asked: Iterable[tuple[Column, Any]], actor: Actor) -> Wording:
    """The names of everybody these columns point to, asked for once a table."""
    ids: dict[type[models.Model], set[int]] = defaultdict(set)
    for column, value in asked:
        if isinstance(column, models.ForeignKey) and value is not None:
            ids[column.related_model].add(value)
    return Wording({model: _called(model, wanted, actor) for model, wanted in ids.items()})


def _called(model: type[models.Model], ids: set[int], actor: Actor) -> dict[int, str]:
    if model is Party:
        return _seen(Party, MergedRecord.Kind.PARTY, ids, actor)
    if model is Customer:
        return _seen(Customer, MergedRecord.Kind.CUSTOMER, ids, actor)
    return {pk: str(one) for pk, one in model._default_manager.in_bulk(list(ids)).items()}


def _seen(
    model: type[Party] | type[Customer], kind: str, ids: set[int], actor: Actor
) -> dict[int, str]:
    """Those this reader sees, and those a record they see answers for."""
    seen = model.objects.visible_to(actor)
    standing = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
    holder = {pk: answering(kind, pk) for pk in ids - standing}
    held = set(seen.filter(pk__in=set(holder.values())).values_list("pk", flat=True))
    shown = [*standing, *(pk for pk, answers in holder.items() if answers in held)]
    return {pk: _name(one) for pk, one in model._base_manager.in_bulk(shown).items()}


def _name(one: Party | Customer) -> str:
    return f"{one.name} ({one.number})" if isinstance(one, Customer) else one.name


def in_words(value: Any) -> str:
    """A value as a reader takes it in; a dash where there is none."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return times.instant_full(value)
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, list):
        return ", ".join(_part(one) for one in value) or _NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{key}: {in_words(inner)}" for key, inner in value.items()) or _NOTHING
    return _NOTHING if value in (None, "") else str(value)


def _part(one: Any) -> str:
    if isinstance(one, dict) and "name" in one:
        return f"{one['name']}: {in_words(one.get('value'))}"
    return in_words(one)
