"""One declaration per resource: attribute → expression, shape, filter and mutability.

PostgreSQL renders the JSON. A query shape (fields, filters with operators, sort) is compiled from
the ORM once, kept in a bounded cache, and afterwards only bound and executed.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, PermissionDenied
from django.db.models import F, Model, Q, QuerySet

from crm.access import Actor
from crm.events.catalogue import Event
from crm.tmf import statement
from crm.tmf.rendering import (
    EXTRA,
    AsText,
    Cast,
    Combinable,
    Contains,
    Document,
    Matches,
    Opaque,
    Pair,
    given,
    link,
    word,
)
from crm.tmf.shapes import TEXT, Choice, Flag, Moment, Number, Shape, Text

_CACHE_SIZE = 512


@dataclass(frozen=True, slots=True)
class Attribute:
    """One first-level attribute: how it is read, checked, filtered and whether it may change."""

    name: str
    expression: Combinable
    shape: Shape = TEXT
    json: bool = False
    required: bool = False
    """POST refuses a body without it."""
    always: bool = False
    """Every full representation has it."""
    writable: bool = True
    compare: Combinable | None = None
    """The typed expression filters and sort use; the served text otherwise."""
    also: tuple[Combinable, ...] = ()
    """Further values an equality filter matches: the canonical one beside the one as given."""

    @property
    def cast(self) -> str:
        match self.shape:
            case Moment():
                return "timestamptz" if self.compare is not None else "text"
            case Number():
                return "numeric"
            case Flag():
                return "boolean"
        return "text"

    @property
    def whole(self) -> bool:
        return isinstance(self.shape, Number) and self.shape.whole


def kept(name: str, shape: Shape = TEXT, **more: Any) -> Attribute:
    """An attribute without a column of its own: kept and echoed as given."""
    scalar = isinstance(shape, Text | Choice | Moment)
    compare = more.pop("compare", None)
    if isinstance(shape, Number):
        compare = Cast(given(name, text=True), "numeric")
    elif isinstance(shape, Flag):
        compare = Cast(given(name, text=True), "boolean")
    expression = given(name, text=True) if scalar else given(name)
    return Attribute(name, expression, shape, json=not scalar, compare=compare, **more)


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter of a query: the values are bound later, their number belongs to the shape."""

    path: str
    operator: str
    values: int


@dataclass(frozen=True, slots=True)
class Query:
    """The shape of a question; equal shapes share one compiled statement."""

    fields: tuple[str, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL of a page and of what it counts; only the slots are still to be filled."""

    page: str
    count: str


@dataclass(frozen=True, slots=True)
class Publication:
    """How one of our events is told to listeners."""

    event: type[Event]
    type: str
    pk: str
    when: Callable[[Any], bool] = lambda event: True
    gone: bool = False


@dataclass(frozen=True)
class Caller:
    """Who calls, with which words the call is recorded."""

    actor: Actor
    base: str
    purpose: str = "service"
    request_id: str = ""


@dataclass(frozen=True)
class Resource:
    """A TMF resource over one of our models."""

    path: str
    """Where the collection lives: `/tmf-api/customerManagement/v4/customer`."""
    title: str
    model: type[Model]
    visible: Callable[[Actor], QuerySet[Any]]
    view_permissions: tuple[str, ...]
    view_all: str
    subject: str
    attributes: tuple[Attribute, ...]
    create: Callable[[dict[str, Any], Caller], int] | None = None
    update: Callable[[int, "Change", Caller], None] | None = None
    remove: Callable[[int, Caller], None] | None = None
    publications: tuple[Publication, ...] = ()
    answering: Callable[[str], UUID | None] | None = None
    """The public id of the record that answers for one that was merged away."""

    @cached_property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @cached_property
    def by_name(self) -> Mapping[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def read_only(self) -> frozenset[str]:
        fixed = {one.name for one in self.attributes if not one.writable}
        return frozenset(fixed | {"id", "href"})

    def href(self, base: str, public_id: Any) -> str:
        return f"{base}{self.path}/{public_id}"

    def scope(self, actor: Actor) -> Hashable:
        """Actors of one scope see the same rows, so they may share a compiled statement."""
        if not any(actor.has_perm(name) for name in self.view_permissions):
            raise PermissionDenied(f"{actor.name} may not read {self.name}.")
        if actor.has_perm(self.view_all):
            return True
        return actor.pk, actor.teams

    def rows(self, actor: Actor) -> QuerySet[Any]:
        self.scope(actor)
        return self.visible(actor)

    def compiled(self, query: Query, actor: Actor) -> Compiled:
        key = (self.path, query, self.scope(actor))
        if kept_one := _cache.get(key):
            _cache.move_to_end(key)
            return kept_one
        made = self._compile(query, actor)
        _cache[key] = made
        while len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
        return made

    def _compile(self, query: Query, actor: Actor) -> Compiled:
        wanted = self.visible(actor)
        for number, condition in enumerate(query.conditions):
            wanted = wanted.filter(self._condition(condition, number))
        order = [self._order(one) for one in query.sort]
        page = (
            wanted.annotate(body=self.document(query.fields))
            .order_by(*order, "pk")
            .values_list("body", F("revision"), F("pk"))
        )
        counted = wanted.order_by().values("pk")
        try:
            return Compiled(
                statement.marked(*page.query.sql_with_params()),
                statement.marked(*counted.query.sql_with_params()),
            )
        except EmptyResultSet:
            return Compiled("SELECT ''::text, 0, 0 WHERE false", "SELECT 1 WHERE false")

    def document(self, names: tuple[str, ...] | None) -> Document:
        """The representation, whole or of the first-level attributes that were asked for."""
        public_id = AsText(F("public_id"))
        href = link(word(f"{self.path}/"), F("public_id"))
        pairs: list[Combinable] = [
            Pair("id", public_id, json=False),
            Pair("href", href, json=False),
        ]
        for one in self.attributes:
            if names is None or one.name in names:
                pairs.append(Pair(one.name, one.expression, json=one.json))
        if names is None:
            pairs.append(Opaque(given(EXTRA, text=True)))
        return Document(*pairs)

    def _order(self, word: str) -> Any:
        name = word.removeprefix("-")
        expression = F("pk") if name in {"id", "href"} else self._comparable(self.by_name[name])
        if word.startswith("-"):
            return expression.desc(nulls_last=True)
        return expression.asc(nulls_last=True)

    @staticmethod
    def _comparable(attribute: Attribute) -> Combinable:
        return attribute.expression if attribute.compare is None else attribute.compare

    def _condition(self, condition: Condition, number: int) -> Q:
        slots = [f"{number}.{index}" for index in range(condition.values)]
        if condition.path == "pk":
            return self._any(Matches(F("pk"), "=", slot, "bigint") for slot in slots)
        if condition.path in {"id", "href"}:
            tests = [Matches(F("public_id"), condition.operator, slot, "uuid") for slot in slots]
            return self._any(tests)
        attribute = self.by_name[condition.path.partition(".")[0]]
        if condition.operator == "@>":
            return self._any([Contains(attribute.expression, slot) for slot in slots])
        compared = [self._comparable(attribute)]
        if condition.operator == "=":
            compared += attribute.also
        return self._any(
            Matches(one, condition.operator, slot, attribute.cast)
            for one in compared
            for slot in slots
        )

    @staticmethod
    def _any(tests: Iterable[Combinable]) -> Q:
        found = Q()
        for test in tests:
            found |= Q(test)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What a PATCH comes to: the whole document after it, and which attributes differ."""

    before: dict[str, Any]
    after: dict[str, Any]
    changed: frozenset[str]
    expected_revision: int | None


_cache: OrderedDict[Hashable, Compiled] = OrderedDict()


def forget_compiled() -> None:
    """Start afresh (tests)."""
    _cache.clear()
