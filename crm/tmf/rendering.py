"""Expressions by which PostgreSQL itself writes the JSON of a resource."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    CharField,
    Expression,
    F,
    Func,
    JSONField,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce, Concat, NullIf
from django.db.models.sql.compiler import SQLCompiler

Combinable = Any
"""What Django accepts as an expression: F, Func, Case, Subquery …"""

EXTRA = "+"
"""The key under which attributes no specification names are kept."""


class Slot:
    """A value that is known only when the compiled statement runs."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Bound(Expression):
    """The place of a slot in an expression; compiled to one parameter."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=TextField())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", (Slot(self.name),)


class Pair(Func):
    """`"name":value`, or NULL when there is no value, so that `concat_ws` leaves it out."""

    arity = 1
    output_field = TextField()

    def __init__(self, name: str, value: Combinable, *, json: bool) -> None:
        super().__init__(value)
        # Values in jsonb write themselves; everything else is quoted and escaped.
        form = "(%(expressions)s)::text" if json else "to_json(%(expressions)s)::text"
        self.template = f"'\"{name}\":' || {form}"


class Opaque(Func):
    """The inside of an object of further attributes, or NULL when there are none.

    The expression is written twice, so it must bring no parameters.
    """

    arity = 1
    output_field = TextField()
    template = "nullif(substr((%(expressions)s)::text, 2, length((%(expressions)s)::text) - 2), '')"


class Document(Func):
    """One object of all pairs that have a value."""

    output_field = TextField()
    template = "'{' || concat_ws(',', %(expressions)s) || '}'"


class AsText(Func):
    arity = 1
    output_field = TextField()
    template = "(%(expressions)s)::text"


class Parts(Func):
    """A nested object without the parts that have no value."""

    output_field = JSONField()
    template = "jsonb_strip_nulls(jsonb_build_object(%(expressions)s))"

    def __init__(self, **parts: Combinable) -> None:
        pairs: list[Combinable] = []
        for name, value in parts.items():
            pairs += [Value(name, output_field=TextField()), value]
        super().__init__(*pairs)


class Overlay(Func):
    """One object over another: `a || b`."""

    arity = 2
    output_field = JSONField()
    template = "(%(expressions)s)"
    arg_joiner = " || "


class Without(Func):
    """An object without one of its keys."""

    arity = 1
    output_field = JSONField()

    def __init__(self, source: Combinable, key: str) -> None:
        super().__init__(source)
        self.template = f"(%(expressions)s - '{key}')"


class Joined(Func):
    """Lists after one another, or NULL when all are empty."""

    output_field = JSONField()
    template = "nullif(%(expressions)s, '[]'::jsonb)"
    arg_joiner = " || "

    def __init__(self, *lists: Combinable) -> None:
        super().__init__(*(AsList(one) for one in lists))


class AsList(Func):
    arity = 1
    output_field = JSONField()
    template = "coalesce(%(expressions)s, '[]'::jsonb)"


class Listed(Func):
    """All rows of a related table as one list, in the order of the subquery."""

    function = "to_jsonb"
    output_field = JSONField()

    def __init__(self, rows: Combinable, item: Combinable) -> None:
        super().__init__(ArraySubquery(rows.order_by("pk").values(item=item)))


class Instant(Func):
    """A timestamp as RFC 3339 in UTC."""

    arity = 1
    output_field = TextField()
    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


class Day(Func):
    """A date as the first instant of its day."""

    arity = 1
    output_field = TextField()
    template = "to_char(%(expressions)s, 'YYYY-MM-DD\"T00:00:00Z\"')"


class Contains(Func):
    """`a @> b`: containment in jsonb, the filter on nested attributes."""

    arity = 2
    # Bare, so that an index can serve it: what is unknown does not match, and nothing negates it.
    template = "(%(expressions)s)"
    arg_joiner = " @> "
    conditional = True

    def __init__(self, json: Combinable, slot: str) -> None:
        super().__init__(json, Jsonb(Bound(slot)), output_field=BooleanField())


class Jsonb(Func):
    arity = 1
    output_field = JSONField()
    template = "(%(expressions)s)::jsonb"


class Matches(Func):
    """`a op b` for a slot, with the type the column needs."""

    arity = 2
    # Bare, so that an index can serve it: what is unknown does not match, and nothing negates it.
    template = "(%(expressions)s)"
    conditional = True

    def __init__(self, left: Combinable, operator: str, slot: str, cast: str) -> None:
        super().__init__(left, Cast(Bound(slot), cast), output_field=BooleanField())
        self.arg_joiner = f" {operator} "


class Cast(Func):
    arity = 1

    def __init__(self, value: Combinable, kind: str) -> None:
        super().__init__(value, output_field=TextField())
        self.template = f"(%(expressions)s)::{kind}"


def text_or_none(column: str) -> Combinable:
    """A text column whose empty value means there is none."""
    return NullIf(F(column), Value("", output_field=CharField()))


def given(name: str, *, text: bool = False) -> Combinable:
    """An attribute kept as the client gave it."""
    if text:
        return GivenText(F("as_given"), name)
    return KeyTransform(name, "as_given")


class GivenText(Func):
    """The text of a kept attribute: `as_given ->> 'name'`."""

    arity = 1
    output_field = TextField()

    def __init__(self, source: Combinable, name: str) -> None:
        super().__init__(source)
        self.template = f"(%(expressions)s ->> '{name}')"


def first_of(*values: Combinable) -> Combinable:
    return Coalesce(*values, output_field=TextField())


def link(path: Combinable, public_id: Combinable) -> Combinable:
    """An absolute address: the caller's own base, a path, an id."""
    return Concat(Bound("base"), path, AsText(public_id), output_field=TextField())


def word(text: str) -> Value:
    """A fixed text."""
    return Value(text, output_field=TextField())


class OneItem(Func):
    """A list of one."""

    function = "jsonb_build_array"
    arity = 1
    output_field = JSONField()
