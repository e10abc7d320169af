"""New customers: their rows written as COPY reads them, with nothing old to compare."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models

from crm.ids import new_hexes
from customers import search_words
from customers.imports import mapping as mappings
from customers.imports.copying import Form, escaped, form, text
from customers.models import (
    Account,
    Agreement,
    ContactMedium,
    Customer,
    Identifier,
    ImportedRecord,
    Party,
    Product,
    SearchToken,
)
from customers.processes.import_customers.plan import Planned, names_customer, names_person

_PRODUCT = ("customer_id", "public_id", "name", "kind", "service_number", "options")
_IDENTIFIER = ("party_id", "kind", "issuer", "value")
_MEDIUM = ("party_id", "public_id", "type", "value", "normalised", "reversed_digits", "role")
TABLES: tuple[type[models.Model], ...] = (
    Party, Customer, Account, Agreement, Product, Identifier, ContactMedium, ImportedRecord,
    SearchToken,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the lines of one new customer, in the order of `forms`."""

    forms: tuple[Form, ...]
    write: Callable[[Planned], list[str]]


def writer(run_id: int, checked: mappings.Checked) -> Writer:
    """The writer for one run and its mapping."""
    forms = tuple(_forms(run_id, checked))
    party, customer, account, agreement, product, identifier, medium, record, token = (
        one.template for one in forms
    )
    ids = new_hexes()

    def write(plan: Planned) -> list[str]:
        doc, owner, person = plan.doc, plan.customer_id, plan.party_id
        told, paid, agreed = doc["customer"], doc["account"], doc["agreement"]
        return [
            party % (person, next(ids), *map(text, doc["party"].values())),
            customer % (owner, person, next(ids), *map(text, told.values())),
            account % (owner, next(ids), *map(text, paid.values())) if paid.get("number") else "",
            agreement % (owner, next(ids), *map(text, agreed.values())) if "name" in agreed else "",
            "".join([product % (owner, next(ids), *_product(one)) for one in doc["products"]]),
            "".join([identifier % (person, *map(text, i.values())) for i in doc["identifiers"]]),
            "".join(
                [medium % (person, next(ids), *map(text, m.values())) for m in doc["contact_media"]]
            ),
            record % (plan.line, owner, escaped(orjson.dumps(plan.row).decode())),
            "".join(
                [
                    token % (owner, kind, escaped(word))
                    for kind, word in _words(doc, checked.constants)
                ]
            ),
        ]

    return Writer(forms, write)


def _forms(run_id: int, checked: mappings.Checked) -> Iterable[Form]:
    told, fixed = checked.parts, checked.constants
    party = [*told["party"], *(["name"] if names_person(checked) else [])]
    customer = [*told["customer"], *(["name"] if names_customer(checked) else [])]
    ours = {"source": checked.source, "created_at": "now", "updated_at": "now"}
    yield form(Party, ["id", "public_id", *party], ours | fixed["party"])
    yield form(Customer, ["id", "party_id", "public_id", *customer], ours | fixed["customer"])
    yield form(Account, ["customer_id", "public_id", *told["account"]], fixed["account"])
    yield form(Agreement, ["customer_id", "public_id", *told["agreement"]], fixed["agreement"])
    yield form(Product, _PRODUCT, {"status": "active"})
    yield form(Identifier, _IDENTIFIER, {"valid_from": "now"})
    yield form(ContactMedium, _MEDIUM, {"valid_from": "now", "state": "unverified"})
    yield form(ImportedRecord, ["line", "customer_id", "row"], {"run_id": run_id, "made": True})
    yield form(SearchToken, ["customer_id", "kind", "token"], {})


def _product(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    options = one["options"]
    said = escaped(orjson.dumps(options, default=str).decode()) if options else "{}"
    return text(one["name"]), text(one["kind"]), text(one["service_number"]), said


def _words(doc: Mapping[str, Any], fixed: mappings.Constants) -> Iterable[search_words.Word]:
    number = doc["customer"]["number"]
    codes = []
    account = doc["account"].get("number")
    if account and account != number:
        codes.append(("account", account))
    codes += [
        ("service", product["service_number"])
        for product in doc["products"]
        if product["service_number"]
    ]
    codes += [
        ("id", one["value"])
        for one in doc["identifiers"]
        if one["kind"] != "document" and one["value"] != number
    ]
    return search_words.of_new_customer(
        number=number,
        name=doc["customer"].get("name") or fixed["customer"]["name"],
        party=fixed["party"] | doc["party"] if fixed["party"] else doc["party"],
        codes=codes,
        media=doc["contact_media"],
    )
