"""What a column can become when a person chooses: each choice with its words and its mapping."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.imports.mapping import TARGETS

Text = str | Promise
Mapped = dict[str, Any]
LEAVE_OUT = ""
AS_IT_IS = "as-it-is"
"""What the mapping says of this column is more than one choice can say, and stays."""
_SPLIT = "name.split"
_ADDRESS = "contact.address"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a column can become."""

    key: str
    title: Text
    group: Text


_PERSON, _CUSTOMER, _REACH, _CONTRACT, _IDS, _FACTS = (
    _("Person or organisation"),
    _("Customer"),
    _("How to reach them"),
    _("Contract and bill"),
    _("Identifiers"),
    _("Facts for insight"),
)
_FIELDS: tuple[tuple[str, Text, Text], ...] = (
    ("customer.number", _("Customer number"), _CUSTOMER),
    ("customer.name", _("Known as"), _CUSTOMER),
    ("customer.segment", _("Segment"), _CUSTOMER),
    ("customer.since", _("Customer since"), _CUSTOMER),
    ("customer.care_note", _("Handle with care"), _CUSTOMER),
    (_SPLIT, _("Name, split"), _PERSON),
    ("party.given_name", _("Given name"), _PERSON),
    ("party.middle_name", _("Middle name"), _PERSON),
    ("party.family_name", _("Family name"), _PERSON),
    ("party.name", _("Whole name"), _PERSON),
    ("party.preferred_name", _("Called"), _PERSON),
    ("party.title", _("Title"), _PERSON),
    ("party.gender", _("Gender"), _PERSON),
    ("party.birth_date", _("Born"), _PERSON),
    ("party.nationality", _("Nationality"), _PERSON),
    ("party.marital_status", _("Marital status"), _PERSON),
    ("party.language", _("Language"), _PERSON),
    ("party.trading_name", _("Trading name"), _PERSON),
    ("party.organization_type", _("Legal form"), _PERSON),
    ("contact.mobile", _("Mobile, as E.164"), _REACH),
    ("contact.phone", _("Phone, as E.164"), _REACH),
    ("contact.email", _("E-mail"), _REACH),
    (_ADDRESS, _("Address, or a part of it"), _REACH),
    ("account.number", _("Account number"), _CONTRACT),
    ("account.payment_method", _("Pays by"), _CONTRACT),
    ("account.paperless", _("Paperless bill"), _CONTRACT),
    ("account.monthly_charge", _("Monthly charge"), _CONTRACT),
    ("account.total_charged", _("Charged so far"), _CONTRACT),
    ("account.currency", _("Currency"), _CONTRACT),
    ("agreement.name", _("Agreement"), _CONTRACT),
    ("agreement.term", _("Term"), _CONTRACT),
    ("agreement.sla_tier", _("Service level"), _CONTRACT),
    ("agreement.valid_from", _("Agreement from"), _CONTRACT),
    ("agreement.valid_to", _("Agreement until"), _CONTRACT),
    ("id.msisdn", _("Mobile number, as identifier"), _IDS),
    ("id.imsi", _("IMSI"), _IDS),
    ("id.iccid", _("SIM card"), _IDS),
    ("id.contract", _("Contract number"), _IDS),
    ("id.external", _("Id in the source system"), _IDS),
    ("id.document", _("Identity document"), _IDS),
)
_VARIANTS: Mapping[str, tuple[tuple[str, Text, Mapped], ...]] = {
    "date": (
        ("day-first", _("day first"), {"order": "day-first"}),
        ("month-first", _("month first"), {"order": "month-first"}),
        ("iso", _("year first"), {}),
    ),
    "decimal": (
        ("point", _("decimal point"), {}),
        ("comma", _("decimal comma"), {"decimal_comma": True}),
    ),
}
_fact_keys: dict[str, tuple[Text, str]] = {}


def register_fact(key: str, title: Text, kind: str) -> None:
    """Let a column become this fact; `kind` is text, boolean, integer or decimal."""
    _fact_keys[key] = (title, kind)


def choices() -> list[Choice]:
    """Everything a column can become, group by group."""
    found = [choice for field in _FIELDS for choice in _spelt(*field)]
    facts = [Choice(f"fact.{key}", title, _FACTS) for key, (title, _k) in _fact_keys.items()]
    order: list[Text] = [_CUSTOMER, _PERSON, _REACH, _CONTRACT, _IDS]
    return sorted(found, key=lambda choice: order.index(choice.group)) + facts


def titles() -> dict[str, Text]:
    """Every choice by its key, in words."""
    return {choice.key: choice.title for choice in choices()} | {
        key: title for key, title, _group in _FIELDS
    }


def _spelt(key: str, title: Text, group: Text) -> Iterator[Choice]:
    variants = _VARIANTS.get(_kind(key))
    if variants is None:
        yield Choice(key, title, group)
    for name, how, _spec in variants or ():
        yield Choice(f"{key}:{name}", format_lazy("{}, {}", title, how), group)


def _kind(key: str) -> str:
    part, _dot, name = key.partition(".")
    return TARGETS.get(part, {}).get(name, ("text", 0))[0]


def put(mapping: Mapped, choice: str, column: str) -> None:
    """Write into a mapping what a column becomes."""
    key, _colon, variant = choice.partition(":")
    part, _dot, name = key.partition(".")
    if choice == _SPLIT:
        for take in ("given", "family"):
            spec = {"column": column, "take": take}
            mapping.setdefault("party", {})[f"{take}_name"] = spec
    elif part == "contact":
        _put_contact(mapping, name, column)
    elif part == "id":
        entry = {"kind": name, "issuer": mapping.get("source", ""), "value": {"column": column}}
        mapping.setdefault("identifiers", []).append(entry)
    elif part == "fact":
        kind = _fact_keys.get(name, ("", "text"))[1]
        typed = {} if kind == "text" else {"type": kind}
        mapping.setdefault("facts", []).append({"column": column, "key": name} | typed)
    else:
        how = next((s for n, _t, s in _VARIANTS.get(_kind(key), ()) if n == variant), {})
        mapping.setdefault(part, {})[name] = {"column": column, **how}


def _put_contact(mapping: Mapped, kind: str, column: str) -> None:
    media = mapping.setdefault("contact_media", [])
    if kind != "address":
        media.append({"type": kind, "value": {"column": column}})
        return
    for medium in media:
        if medium["type"] == "address" and "columns" in medium["value"]:
            medium["value"]["columns"].append(column)
            return
    media.append({"type": "address", "value": {"columns": [column]}})


def taken_out(mapping: Mapped, column: str) -> Mapped:
    """Take everything a mapping says of one column out of it; returns what that was."""
    taken: Mapped = {}
    for part, said in list(mapping.items()):
        if isinstance(said, dict) and part != "file":
            ours = {name: spec for name, spec in said.items() if _speaks(spec, column)}
            if ours:
                taken[part] = ours
                mapping[part] = {name: spec for name, spec in said.items() if name not in ours}
        elif isinstance(said, list):
            ours_here = [one for one in said if _speaks(one, column)]
            if ours_here:
                taken[part] = deepcopy(ours_here)
                mapping[part] = [kept for one in said if (kept := _without(one, column))]
    return taken


def _without(entry: Mapped, column: str) -> Mapped | None:
    """An entry of a list as it stays without a column: an address may have others."""
    if not _speaks(entry, column):
        return entry
    columns = (
        entry.get("value", {}).get("columns") if isinstance(entry.get("value"), dict) else None
    )
    rest = [one for one in columns or () if one != column]
    return entry | {"value": entry["value"] | {"columns": rest}} if rest else None


def _speaks(said: Any, column: str) -> bool:
    if isinstance(said, dict):
        if said.get("column") == column or column in (said.get("columns") or ()):
            return True
        return any(_speaks(one, column) for key, one in said.items() if key != "map")
    return isinstance(said, list) and any(_speaks(one, column) for one in said)


def chosen(mapping: Mapped, columns: Iterable[str]) -> dict[str, str]:
    """For each column the choice that says what the mapping says of it."""
    found = {}
    for column in columns:
        said = taken_out(deepcopy(mapping), column)
        found[column] = _choice_of(said, column, mapping) if said else LEAVE_OUT
    return found


def _choice_of(said: Mapped, column: str, mapping: Mapped) -> str:
    media = said.get("contact_media")
    if media and list(said) == ["contact_media"] and len(media) == 1:
        address = media[0].get("type") == "address" and media[0].keys() <= {"type", "value"}
        if address and "columns" in media[0]["value"]:
            return _ADDRESS
    for choice in choices():
        made: Mapped = {"source": mapping.get("source", "")}
        put(made, choice.key, column)
        made.pop("source")
        if made == said:
            return choice.key
    return AS_IT_IS
