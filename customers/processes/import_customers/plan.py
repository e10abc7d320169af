"""Each row of a file made into what will be written, or into the reason why it can't be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from customers.contact_points import written
from customers.imports import mapping as mappings
from customers.imports.cells import BadCell
from customers.imports.claims import Claims
from customers.imports.readers import Record, read_records
from customers.processes.import_customers.result import Problem

# Nobody can be reached by these, and no duplicate be found: a person must look.
_UNREADABLE = {
    "mobile": _lazy("Not a phone number"),
    "phone": _lazy("Not a phone number"),
    "email": _lazy("Not an e-mail address"),
}


@dataclass(slots=True)
class Planned:
    """One row as it will be placed: the row itself, what insight reads, what the tables get.

    `customer_id` and `party_id` are what it would be known by if it were new; `lines` is then
    written already, table by table.
    """

    line: int
    number: str
    row: Mapping[str, str]
    told: Mapping[str, str]
    doc: dict[str, Any]
    customer_id: int = 0
    party_id: int = 0
    lines: list[str] = field(default_factory=list)


def plans(file: IO[bytes], name: str, checked: mappings.Checked) -> Iterator[Planned | Problem]:
    """Each row read and checked, or what is wrong with it."""
    seen = Claims()
    for record in read_records(file, name, checked.file):
        plan = planned(record, checked)
        if isinstance(plan, Planned):
            first = seen.first(plan.number, record.line)
            if first != record.line:
                reason = _("The same number stands in line %(line)d already") % {"line": first}
                plan = Problem(record.line, record.row, reason, value=plan.number)
        yield plan


def planned(record: Record, checked: mappings.Checked) -> Planned | Problem:
    """One row read and checked by itself."""
    row = record.row
    if record.problem:
        return Problem(record.line, row, record.problem)
    try:
        doc = _document(row, checked)
        for cell in checked.told.values():
            cell(row)
    except BadCell as bad:
        return Problem(record.line, row, bad.reason, bad.column, bad.value)
    told = {column: row[column] for column in checked.told}
    return Planned(record.line, doc["customer"]["number"], row, told, doc)


def _document(row: Mapping[str, str], checked: mappings.Checked) -> dict[str, Any]:
    doc: dict[str, Any] = {
        part: {name: cell(row) for name, cell in cells.items()}
        for part, cells in checked.parts.items()
    }
    _name(doc, checked)
    doc["products"] = list(_products(row, checked.products))
    doc["identifiers"] = [
        {"kind": kind, "issuer": issuer, "value": value}
        for kind, issuer, cell in checked.identifiers
        if (value := cell(row))
    ]
    doc["contact_media"] = list(_media(row, checked)) if checked.contact_media else []
    return doc


def _name(doc: dict[str, Any], checked: mappings.Checked) -> None:
    """A person is known by their name where the file says one, else by the number."""
    party, customer = doc["party"], doc["customer"]
    if names_person(checked):
        names = (party.get(part) for part in ("given_name", "middle_name", "family_name"))
        party["name"] = " ".join(filter(None, names))[:250] if party["family_name"] else ""
    if names_customer(checked):
        customer["name"] = party.get("name") or customer["number"]


def names_person(checked: mappings.Checked) -> bool:
    """Whether a person's whole name is put together from its parts."""
    told = checked.parts["party"]
    return "family_name" in told and "name" not in told and "name" not in checked.constants["party"]


def names_customer(checked: mappings.Checked) -> bool:
    """Whether the file leaves open by what name a customer is known."""
    return "name" not in checked.parts["customer"] and "name" not in checked.constants["customer"]


def _products(
    row: Mapping[str, str], rules: Iterable[mappings.ProductRule]
) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if not mappings.has(rule, row):
            continue
        if name := rule.name(row):
            yield {
                "name": name,
                "kind": rule.kind,
                "service_number": (rule.number(row) or "") if rule.number else "",
                "options": _options(row, rule) if rule.options else {},
            }


def _options(row: Mapping[str, str], rule: mappings.ProductRule) -> dict[str, Any]:
    options = {key: cell(row) for key, cell in rule.options.items()}
    return {key: value for key, value in options.items() if value is not None}


def _media(row: Mapping[str, str], checked: mappings.Checked) -> Iterator[dict[str, Any]]:
    for kind, more, cell in checked.contact_media:
        if value := cell(row):
            spelling = written(kind, value, region=settings.CRM_REGION)
            if kind in _UNREADABLE and not spelling.normalised:
                raise BadCell(more["column"], value, str(_UNREADABLE[kind]))
            yield {
                "type": kind,
                "value": value[:320],
                "normalised": spelling.normalised,
                "reversed_digits": spelling.reversed_digits,
                "role": more["role"],
            }
