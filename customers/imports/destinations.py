"""Where each column of a mapping goes, in words: what a person reads before a file is tried."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from customers.imports import targets
from customers.imports.mapping import TARGETS

_VALUES = 3
Place = tuple[str, str]


def destinations(mapping: Mapping[str, Any]) -> dict[str, list[str]]:
    """Column → what it becomes; one column may become several things."""
    found: dict[str, list[str]] = {}
    for column, place in _places(mapping):
        known = found.setdefault(column, [])
        if place not in known:
            known.append(place)
    return found


def _places(mapping: Mapping[str, Any]) -> Iterator[Place]:
    titles = {key.partition(":")[0]: title for key, title in targets.titles().items()}
    for part in TARGETS:
        for name, spec in mapping.get(part, {}).items():
            yield from _cell(spec, str(titles.get(f"{part}.{name}", name)))
    for one in mapping.get("identifiers", ()):
        kind = str(one["kind"])
        yield from _cell(one["value"], str(titles.get(f"id.{kind}", kind)))
    for one in mapping.get("contact_media", ()):
        kind = str(one["type"])
        title = str(titles.get(f"contact.{kind}", kind))
        yield from _cell(one["value"], f"{title} ({one['role']})" if one.get("role") else title)
    for one in mapping.get("products", ()):
        yield from _product(one)
    for one in mapping.get("facts", ()):
        key = str(one["key"])
        yield from _cell(one, _("Fact: %(what)s") % {"what": titles.get(f"fact.{key}", key)})
    for one in mapping.get("outcomes", ()):
        yield one["column"], _("Outcome for analysis: %(what)s") % {"what": one["kind"]}


def _cell(spec: Any, title: str) -> Iterator[Place]:
    """Every column of a cell, with the first values that are called otherwise."""
    named = {given: to for given, to in spec.get("map", {}).items() if _renames(given, to)}
    said = [f"{given} → {to}" for given, to in list(named.items())[:_VALUES]]
    more = ", …" if len(named) > _VALUES else ""
    place = f"{title} ({', '.join(said)}{more})" if said else title
    for column in [spec["column"]] if "column" in spec else spec.get("columns", ()):
        yield column, place
    for part in spec.values():
        if isinstance(part, dict) and {"column", "columns"} & part.keys():
            yield from _cell(part, title)


def _renames(given: str, to: Any) -> bool:
    return isinstance(to, str) and to != given


def _product(one: Mapping[str, Any]) -> Iterator[Place]:
    name = str(one["name"].get("value") or one.get("kind") or _("product"))
    yield from _cell(one["name"], _("Product: its name"))
    when = one.get("when", {})
    if "column" in when:
        yield (
            when["column"],
            _("Product “%(name)s”, where it says %(values)s")
            % {"name": name, "values": ", ".join(map(str, when.get("in", ())))},
        )
    if "number" in one:
        yield from _cell(one["number"], _("Number of “%(name)s”") % {"name": name})
    for option, spec in one.get("options", {}).items():
        what = option.replace("_", " ")
        yield from _cell(spec, _("Option of “%(name)s”: %(what)s") % {"name": name, "what": what})
