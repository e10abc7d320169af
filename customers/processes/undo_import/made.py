"""Customers whom an import made: removed again, unless somebody has used or edited them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import Actor
from customers.imports import followers
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    DuplicateCase,
    Identifier,
    ImportRun,
    Party,
    Product,
)
from customers.processes.undo_import import outcome
from customers.processes.undo_import.outcome import Sorted

_OF_CUSTOMER: tuple[type[models.Model], ...] = (Account, Agreement, Product)
_OF_PARTY: tuple[type[models.Model], ...] = (Identifier, ContactMedium)
# An open case is only a question; once a person has answered it, it is a use.
_OURS = {Customer, DuplicateCase, *_OF_CUSTOMER, *_OF_PARTY}


def remove_made(run: ImportRun, ids: Sequence[int | None], actor: Actor) -> dict[int, Sorted]:
    """Remove these customers with all that the import gave them; says who stays and why."""
    wanted = [pk for pk in ids if pk is not None]
    if not wanted:
        return {}
    customers = Customer.objects.filter(pk__in=wanted).order_by("pk")
    found = list(customers.select_for_update(of=("self",)).values_list("pk", "party_id"))
    people = {pk: party for pk, party in found if party is not None}
    reasons = _edited(run, list(dict(found)), people)
    reasons |= _used(run, [pk for pk, _p in found if pk not in reasons], people)
    free = {pk: people.get(pk) for pk, _p in found if pk not in reasons}
    sorted_: dict[int, Sorted] = {}
    for pk, reason in reasons.items():
        sorted_ |= outcome.kept(pk, reason)
    sorted_ |= _removed(run, free, actor)
    # Whoever was removed by other means is gone already.
    return outcome.reversed_all(pk for pk in wanted if pk not in dict(found)) | sorted_


def _edited(run: ImportRun, ids: list[int], people: dict[int, int]) -> dict[int, str]:
    reason = _("Edited since.")
    by_party = {party: pk for pk, party in people.items()}
    edited = set(Customer.objects.filter(pk__in=ids, revision__gt=1).values_list("pk", flat=True))
    changed = Party.objects.filter(pk__in=by_party, revision__gt=1)
    edited |= {by_party[party] for party in changed.values_list("pk", flat=True)}
    for model in _OF_CUSTOMER:
        edited |= set(_touched(run, model, "customer_id", ids))
    for model in _OF_PARTY:
        edited |= {by_party[party] for party in _touched(run, model, "party_id", list(by_party))}
    return dict.fromkeys(edited, reason)


def _touched(run: ImportRun, model: Any, owner: str, ids: list[int]) -> Iterator[int]:
    """Owners with a row that was changed, removed or added after the import."""
    mine = {f"{owner}__in": ids}
    history = model.events.rel.related_model
    yield from history.objects.filter(**mine).values_list(owner, flat=True)
    later = model.objects.filter(**mine, recorded_at__gt=run.finished_at)
    yield from later.values_list(owner, flat=True)


def _used(run: ImportRun, ids: list[int], people: dict[int, int]) -> dict[int, str]:
    reasons: dict[int, str] = {}
    by_party = {people[pk]: pk for pk in ids if pk in people}
    for model, column in _references(Customer, protecting=True):
        for pk in _refers(model, column, ids):
            reasons.setdefault(pk, _reason(model))
    for model, column in _references(Party, protecting=True):
        for party in _refers(model, column, list(by_party)):
            reasons.setdefault(by_party[party], _reason(model))
    decided = DuplicateCase.objects.exclude(state=DuplicateCase.State.OPEN)
    for pair in decided.filter(_asks_about(by_party)).values_list("left_id", "right_id"):
        for party in by_party.keys() & set(pair):
            reasons.setdefault(by_party[party], _reason(DuplicateCase))
    shared = Customer.objects.filter(party_id__in=by_party).exclude(pk__in=ids)
    for party in shared.values_list("party_id", flat=True):
        reasons.setdefault(by_party[party], _reason(Customer))
    for follower in followers.registered():
        for pk, reason in follower.used(run, ids).items():
            reasons.setdefault(pk, reason)
    return reasons


def _asks_about(people: Iterable[int]) -> Q:
    return Q(left_id__in=people) | Q(right_id__in=people)


def _reason(model: type[models.Model]) -> str:
    return _("Used since: %(what)s.") % {"what": model._meta.verbose_name}


def _refers(model: Any, column: str, ids: list[int]) -> Iterator[int]:
    rows = model._base_manager.filter(**{f"{column}__in": ids})
    yield from rows.values_list(column, flat=True).distinct()


def _references(
    target: type[models.Model], *, protecting: bool
) -> Iterator[tuple[type[models.Model], str]]:
    """Who points at a table: what protects the row, or what goes with it."""
    followed = {
        apps.get_model(label) for follower in followers.registered() for label in follower.models
    }
    for relation in target._meta.get_fields(include_hidden=True):
        if not relation.auto_created or not isinstance(relation, models.ForeignObjectRel):
            continue
        model, field = relation.related_model, relation.field
        rule = relation.on_delete if hasattr(relation, "on_delete") else models.CASCADE
        if model in _OURS or model in followed or rule is models.DO_NOTHING or field.many_to_many:
            continue
        if (rule is not models.CASCADE) == protecting:
            yield model, str(field.attname)


def _removed(run: ImportRun, free: dict[int, int | None], actor: Actor) -> dict[int, Sorted]:
    """Remove set by set; when the database refuses one, find it by halves."""
    if not free:
        return {}
    try:
        with transaction.atomic():
            _remove_all(run, free, actor)
    except DatabaseError as refused:
        if len(free) == 1:
            return outcome.stuck(next(iter(free)), str(refused).partition("\n")[0])
    else:
        return outcome.reversed_all(free)
    items = list(free.items())
    middle = len(items) // 2
    return _removed(run, dict(items[:middle]), actor) | _removed(run, dict(items[middle:]), actor)


def _remove_all(run: ImportRun, free: dict[int, int | None], actor: Actor) -> None:
    ids = list(free)
    people = [party for party in free.values() if party is not None]
    for follower in followers.registered():
        follower.let_go(run, ids, True, actor)
    for model, column in _references(Customer, protecting=False):
        _delete(model, column, ids)
    for model, column in _references(Party, protecting=False):
        _delete(model, column, people)
    questions = DuplicateCase.objects.filter(_asks_about(people))
    questions._raw_delete(questions.db)
    for model in _OF_CUSTOMER:
        _delete(model, "customer_id", ids)
    for model in _OF_PARTY:
        _delete(model, "party_id", people)
    _delete(Customer, "id", ids)
    _delete(Party, "id", people)
    with connection.cursor() as cursor:
        # What still points here must be known now, while it can be taken back.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _delete(model: Any, column: str, ids: list[int]) -> None:
    # One statement a table; the history triggers keep each row as it was.
    rows = model._base_manager.filter(**{f"{column}__in": ids})
    rows._raw_delete(rows.db)
