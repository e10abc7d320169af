"""The mapping file: which column becomes what. Checked before a row is read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from customers.imports.cells import ORDERS, TAKES, TYPES, BadCell, Cell, Row, compiled

SCHEMA = "customer-import/1"

# What each part may write: the field, its type and its greatest length.
TARGETS: dict[str, dict[str, tuple[str, int]]] = {
    "customer": {
        "number": ("text", 60),
        "name": ("text", 250),
        "type": ("text", 10),
        "segment": ("text", 40),
        "status": ("text", 20),
        "care_note": ("text", 200),
        "since": ("date", 0),
    },
    "party": {
        "kind": ("text", 14),
        "name": ("text", 250),
        "given_name": ("text", 120),
        "middle_name": ("text", 120),
        "family_name": ("text", 120),
        "preferred_name": ("text", 120),
        "title": ("text", 40),
        "gender": ("text", 40),
        "birth_date": ("date", 0),
        "nationality": ("text", 60),
        "marital_status": ("text", 40),
        "trading_name": ("text", 250),
        "organization_type": ("text", 80),
        "language": ("text", 12),
    },
    "agreement": {
        "name": ("text", 120),
        "term": ("text", 40),
        "sla_tier": ("text", 40),
        "valid_from": ("date", 0),
        "valid_to": ("date", 0),
    },
    "account": {
        "number": ("text", 60),
        "payment_method": ("text", 60),
        "paperless": ("boolean", 0),
        "monthly_charge": ("decimal", 0),
        "total_charged": ("decimal", 0),
        "currency": ("text", 3),
    },
}
CHOICES = {
    "customer.type": ("consumer", "business"),
    "customer.status": ("prospect", "verified", "active", "services-ended"),
    "party.kind": ("individual", "organization"),
}
_PARTS = {
    "schema", "title", "source", "file", "identifiers", "contact_media", "products", "facts",
    "outcomes", *TARGETS,
}  # fmt: skip
_CELL = {
    "column", "columns", "value", "type", "map", "missing", "required", "min", "max", "order",
    "decimal_comma", "take",
}  # fmt: skip


class MappingWrong(ValueError):
    """The mapping can't be used; says what to change."""


@dataclass(frozen=True, slots=True)
class ProductRule:
    """One product that a row may show: its name, and the values that mean having it."""

    name: Cell
    kind: str
    names: tuple[str, ...]
    when_column: str = ""
    having: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    number: Cell | None = None
    options: Mapping[str, Cell] = field(default_factory=dict)


Constants = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    """A mapping whose every cell can be read."""

    raw: Mapping[str, Any]
    title: str
    source: str
    file: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Cell]]
    constants: Constants
    identifiers: Sequence[tuple[str, str, Cell]]
    contact_media: Sequence[tuple[str, Mapping[str, Any], Cell]]
    products: Sequence[ProductRule]
    told: Mapping[str, Cell]
    columns: frozenset[str]


def checked(raw: Any) -> Checked:
    """Check a mapping as read from JSON; raises MappingWrong with a sentence."""
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise MappingWrong(_("This is no mapping: “schema” must be “%(s)s”.") % {"s": SCHEMA})
    for name in raw.keys() - _PARTS:
        raise MappingWrong(_("The mapping has a part nobody reads: “%(name)s”.") % {"name": name})
    try:
        return _checked(raw)
    except (KeyError, TypeError, AttributeError) as wrong:
        raise MappingWrong(_("The mapping lacks something: %(what)s.") % {"what": wrong}) from wrong


def _checked(raw: dict[str, Any]) -> Checked:
    if "number" not in raw.get("customer", {}):
        raise MappingWrong(_("Say which column is the customer number: “customer.number”."))
    parts: dict[str, dict[str, Cell]] = {}
    constants: dict[str, dict[str, Any]] = {}
    for part, targets in TARGETS.items():
        parts[part], constants[part] = _part(part, raw.get(part, {}), targets)
    return Checked(
        raw=raw,
        title=str(raw.get("title", "")),
        source=str(raw.get("source", "import"))[:60],
        file=raw.get("file", {}),
        parts=parts,
        constants=constants,
        identifiers=[
            (one["kind"], one.get("issuer", ""), _cell("identifiers", one["value"], limit=120))
            for one in raw.get("identifiers", ())
        ],
        contact_media=[
            (
                one["type"],
                {"role": one.get("role", ""), "column": next(_columns(one["value"]), "")},
                _cell("contact_media", one["value"]),
            )
            for one in raw.get("contact_media", ())
        ],
        products=[_product(one) for one in raw.get("products", ())],
        told=_told(raw),
        columns=frozenset(_columns(raw)),
    )


def _part(
    part: str, given: Mapping[str, Any], targets: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, Cell], dict[str, Any]]:
    cells: dict[str, Cell] = {}
    constants: dict[str, Any] = {}
    for name, spec in given.items():
        if name not in targets:
            raise MappingWrong(_("“%(name)s” cannot be imported.") % {"name": f"{part}.{name}"})
        kind, limit = targets[name]
        if "value" in spec:
            constants[name] = spec["value"]
            _known_choice(f"{part}.{name}", [spec["value"]])
            continue
        needed = name in {"number", "name"} and part in {"customer", "account"}
        filled: dict[str, Any] = {"type": kind, "required": needed} | dict(spec)
        if f"{part}.{name}" in CHOICES:
            known = CHOICES[f"{part}.{name}"]
            filled.setdefault("map", {choice: choice for choice in known})
            _known_choice(f"{part}.{name}", filled["map"].values())
        nothing = "" if kind == "text" else None
        cells[name] = _cell(f"{part}.{name}", filled, limit=limit, nothing=nothing)
    return cells, constants


def _known_choice(name: str, values: Any) -> None:
    for value in values:
        if name in CHOICES and value not in CHOICES[name]:
            raise MappingWrong(
                _("“%(name)s” can be %(known)s, not “%(value)s”.")
                % {"name": name, "known": ", ".join(CHOICES[name]), "value": value}
            )


def _cell(name: str, spec: Mapping[str, Any], *, limit: int = 0, nothing: Any = None) -> Cell:
    if not {"column", "columns", "value"} & spec.keys() or spec.keys() - _CELL - {"key", "kind"}:
        raise MappingWrong(_("“%(name)s” needs a column or a value.") % {"name": name})
    if spec.get("type", "text") not in TYPES or spec.get("order", "iso") not in ORDERS:
        raise MappingWrong(_("“%(name)s” has an unknown type.") % {"name": name})
    if spec.get("take", "") not in TAKES:
        raise MappingWrong(_("“%(name)s” takes an unknown part.") % {"name": name})
    return compiled(spec, limit=limit, nothing=nothing)


def _product(given: Mapping[str, Any]) -> ProductRule:
    when = given.get("when", {})
    name = given["name"]
    names = [name["value"]] if "value" in name else [one for one in name["map"].values() if one]
    return ProductRule(
        name=_cell("products.name", name, limit=120),
        kind=str(given.get("kind", ""))[:40],
        names=tuple(names),
        when_column=when.get("column", ""),
        having=frozenset(when.get("in", ())),
        lacking=frozenset(when.get("not_in", ())),
        number=_cell("products.number", given["number"], limit=60) if "number" in given else None,
        options={key: _cell(key, spec) for key, spec in given.get("options", {}).items()},
    )


def _told(raw: Mapping[str, Any]) -> dict[str, Cell]:
    """The cells that insight reads later: checked now, so that a bad row is known now."""
    told = {one["column"]: _cell(one["key"], one) for one in raw.get("facts", ())}
    for one in raw.get("outcomes", ()):
        known = {**dict.fromkeys(one["true"], True), **dict.fromkeys(one.get("false", ()), False)}
        spec = {"column": one["column"]} | ({"map": known} if "false" in one else {})
        told[one["column"]] = _cell(one["kind"], spec)
    return told


def _columns(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("column"), str):
            yield part["column"]
        yield from part.get("columns", ()) if isinstance(part.get("columns"), list) else ()
        for key, value in part.items():
            if key != "map":
                yield from _columns(value)
    elif isinstance(part, list):
        for one in part:
            yield from _columns(one)


def has(rule: ProductRule, row: Row) -> bool:
    """Whether a row shows this product; a value nobody foresaw is for a person."""
    if not rule.when_column:
        return True
    value = row[rule.when_column]
    if value in rule.having:
        return True
    if rule.lacking and value not in rule.lacking:
        known = ", ".join(sorted(rule.having | rule.lacking))
        raise BadCell(rule.when_column, value, _("Expected one of %(known)s") % {"known": known})
    return False
