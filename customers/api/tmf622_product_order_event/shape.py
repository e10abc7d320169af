"""A TMF622 ProductOrderStateChangeEvent in our words: names and shapes only, no rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from crm.tmf.shapes import moment
from customers.api.contact import recorded
from customers.ordering.table import plain

Json = Mapping[str, Any]
_CUSTOMER_ROLES = frozenset({"customer", "buyer", "subscriber", "owner", ""})
_PERSON = {
    "givenName": "given_name",
    "middleName": "middle_name",
    "familyName": "family_name",
    "preferredGivenName": "preferred_name",
    "title": "title",
    "gender": "gender",
    "nationality": "nationality",
    "tradingName": "trading_name",
    "organizationType": "organization_type",
    "birthDate": "birth_date",
    "language": "language",
}
_NUMBERS = {"msisdn": "msisdn", "phone_number": "msisdn", "imsi": "imsi", "iccid": "iccid"}
_SERVICE_NUMBERS = ("service_number", "msisdn", "phone_number", "service_id")
_PLACE = ("street1", "street2", "postCode", "city", "stateOrProvince", "country")
_LONGEST, _LONG_ID = 300, 120


@dataclass(frozen=True, slots=True)
class News:
    """One event as the process takes it."""

    event_id: str
    occurred_at: datetime
    order_id: str
    said: dict[str, Any]


def news_of(body: Any, kind: str) -> News:
    """The event in our words; RuleBroken naming what is missing or misshapen."""
    event = _object(body, "body")
    order = _object(_object(event.get("event"), "event").get("productOrder"), "event.productOrder")
    at = _moment(event.get("eventTime"), "eventTime")
    parties = _list(order.get("relatedParty"), "event.productOrder.relatedParty")
    items = _list(order.get("productOrderItem"), "event.productOrder.productOrderItem")
    customer = _customer(parties)
    order_id = _text(order.get("id"), "event.productOrder.id")
    places = [place for item in items for place in _places(item)]
    said = {
        "order": {
            "state": str(order.get("state") or "")[:40],
            "ordered_at": _day_of_order(order),
            "region": _region(places),
            "lines": [one for one in map(_line, items) if one],
        },
        "customer": _person(customer) if customer else {},
        "contact_media": _media(parties, customer, places),
        "agreements": list(_agreements(order, items, order_id)),
        "accounts": list(_accounts(order, items)),
        "products": [
            one for one in (_product(item, order_id) for item in items) if _is_there(one, kind)
        ],
    }
    return News(_text(event.get("eventId"), "eventId"), at, order_id, said)


def _is_there(product: Json, kind: str) -> bool:
    """A service order installs its products; a contract only speaks of those that are done."""
    return kind == "service" or product["state"] == "completed"


def _customer(parties: list[Json]) -> Json | None:
    for one in parties:
        if str(one.get("role") or "").strip().casefold() in _CUSTOMER_ROLES and one.get("id"):
            return one
    return None


def _person(party: Json) -> dict[str, Any]:
    referred = str(party.get("@referredType") or party.get("@type") or "").casefold()
    organization = "organi" in referred or bool(party.get("tradingName"))
    fields = {
        ours: str(party[theirs])[:120] for theirs, ours in _PERSON.items() if party.get(theirs)
    }
    if "birth_date" in fields:
        fields["birth_date"] = _day(fields["birth_date"], "birthDate")
    name = str(party.get("name") or "").strip()[:250]
    if name and not fields.keys() & {"given_name", "family_name", "trading_name"}:
        fields["trading_name" if organization else "name"] = name
    return {
        "id": str(party["id"])[:_LONG_ID],
        "kind": "organization" if organization else "individual",
        "fields": fields,
    }


def _media(parties: list[Json], customer: Json | None, places: list[Json]) -> list[dict[str, Any]]:
    """The customer's own, those of whoever has a part in the order, and where it is installed."""
    found = []
    for party in parties:
        given = _list(party.get("contactMedium"), "relatedParty.contactMedium")
        role = "" if party is customer else str(party.get("role") or "").strip()[:60]
        for medium in recorded(given):
            found.append({**medium, "role": role or medium["role"]})
    for place in places:
        parts = {name: str(place[name]) for name in _PLACE if place.get(name)}
        if parts:
            role = str(place.get("role") or "installation")[:60]
            address = {"mediumType": "address", "characteristic": {**parts, "contactType": role}}
            found += recorded([address])
    return [
        {name: value for name, value in one.items() if name != "valid_from"}
        for one in found
        if one["value"]
    ]


def _agreements(order: Json, items: list[Json], order_id: str) -> Iterator[dict[str, Any]]:
    given = _list(order.get("agreement"), "agreement")
    given += [one for item in items for one in _list(item.get("agreement"), "item.agreement")]
    terms = [_term(item) for item in items if _term(item)]
    for one in given:
        said = _characteristics(one)
        period = one.get("agreementPeriod") or one.get("validFor") or {}
        yield {
            "id": str(one.get("id") or order_id)[:_LONG_ID],
            "name": str(one.get("name") or "")[:120],
            "term": str(one.get("term") or said.get("term") or (terms[0] if terms else ""))[:40],
            "sla_tier": str(
                one.get("serviceLevel") or said.get("service_level") or said.get("sla_tier") or ""
            )[:40],
            "valid_from": _day(period.get("startDateTime"), "agreement.startDateTime"),
            "valid_to": _day(period.get("endDateTime"), "agreement.endDateTime"),
        }


def _term(item: Json) -> str:
    for term in _list(item.get("itemTerm"), "itemTerm"):
        length = term.get("duration") or {}
        if length.get("amount"):
            return f"{length['amount']} {length.get('units') or 'months'}"
    return ""


def _accounts(order: Json, items: list[Json]) -> Iterator[dict[str, Any]]:
    seen = set()
    for one in [order.get("billingAccount"), *(item.get("billingAccount") for item in items)]:
        if not isinstance(one, dict) or not one.get("id") or one["id"] in seen:
            continue
        seen.add(one["id"])
        said = _characteristics(one)
        method = one.get("paymentMethod") or said.get("payment_method") or ""
        yield {
            "id": str(one["id"])[:_LONG_ID],
            "number": str(one.get("number") or one["id"])[:60],
            "payment_method": str(method.get("name", "") if isinstance(method, dict) else method)[
                :60
            ],
            "currency": str(one.get("currency") or "")[:3],
        }


def _line(item: Json) -> dict[str, Any]:
    offering = item.get("productOffering") or {}
    said = str(offering.get("id") or offering.get("name") or "")
    if not said or str(item.get("action") or "add") not in {"add", "modify"}:
        return {}
    name = str(offering.get("name") or "")
    options = {key: _value(value) for key, value in _chosen(item).items()}
    return {
        "id": str(item.get("id") or "1")[:_LONG_ID],
        "offering": said[:80],
        "name": name[:_LONG_ID],
        "options": options,
    }


def _product(item: Json, order_id: str) -> dict[str, Any]:
    product = item.get("product") or {}
    chosen = _chosen(item)
    offering = item.get("productOffering") or {}
    resources = _list(product.get("realizingResource"), "realizingResource")
    numbers = [(_NUMBERS[key], chosen[key]) for key in _NUMBERS if chosen.get(key)]
    numbers += [
        (_NUMBERS[plain(str(one.get("@referredType") or one.get("name") or ""))], one.get("value"))
        for one in resources
        if plain(str(one.get("@referredType") or one.get("name") or "")) in _NUMBERS
    ]
    options = {key: _value(value) for key, value in chosen.items()}
    if resources:
        options["resources"] = ", ".join(str(one.get("id")) for one in resources if one.get("id"))
    if place := next((one for one in _places(item)), None):
        options["installed_address"] = _written(place)
    return {
        "id": str(product.get("id") or f"{order_id}:{item.get('id') or 1}")[:_LONG_ID],
        "name": str(product.get("name") or offering.get("name") or "")[:120],
        "kind": str((product.get("productSpecification") or {}).get("name") or "")[:40],
        "service_number": str(
            next((chosen[key] for key in _SERVICE_NUMBERS if chosen.get(key)), "")
        )[:60],
        "identifiers": sorted({(kind, str(value)[:60]) for kind, value in numbers if value}),
        "options": options,
        "action": str(item.get("action") or "add")[:20],
        "state": str(item.get("state") or "")[:40],
    }


def _chosen(item: Json) -> dict[str, Any]:
    product = item.get("product") or {}
    return _characteristics({"characteristic": product.get("productCharacteristic")})


def _characteristics(holder: Json) -> dict[str, Any]:
    given = _list(holder.get("characteristic"), "characteristic")
    return {plain(str(one["name"])): one.get("value") for one in given if one.get("name")}


def _places(item: Json) -> list[Json]:
    return _list((item.get("product") or {}).get("place"), "product.place")


def _written(place: Json) -> str:
    parts = [str(place[name]) for name in _PLACE if place.get(name)]
    return (", ".join(parts) or str(place.get("name") or place.get("id") or ""))[:_LONGEST]


def _region(places: list[Json]) -> str:
    countries = (str(place.get("country") or "").strip() for place in places)
    return next((country.upper()[:40] for country in countries if country), "")


def _day_of_order(order: Json) -> str:
    said = order.get("orderDate")
    return _moment(said, "orderDate").isoformat() if said else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value if value is not None else "")[:_LONGEST]


def _day(said: Any, where: str) -> str:
    if not said:
        return ""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(said)):
        return str(said)
    return _moment(said, where).date().isoformat()


def _moment(said: Any, where: str) -> datetime:
    try:
        return moment(str(said))
    except ValueError as wrong:
        raise _misshapen(where, _("is a date and time such as 2026-03-01T09:00:00Z")) from wrong


def _text(said: Any, where: str) -> str:
    if not isinstance(said, str | int) or not str(said).strip():
        raise _misshapen(where, _("is needed"))
    text = str(said).strip()
    if len(text) > _LONG_ID:
        raise _misshapen(where, _("is too long"))
    return text


def _object(said: Any, where: str) -> Json:
    if not isinstance(said, dict):
        raise _misshapen(where, _("is an object"))
    return said


def _list(said: Any, where: str) -> list[Json]:
    if said is None:
        return []
    if not isinstance(said, list) or not all(isinstance(one, dict) for one in said):
        raise _misshapen(where, _("is a list of objects"))
    return list(said)


def _misshapen(where: str, what: str) -> RuleBroken:
    return RuleBroken("invalid", f"{where} {what}.", field=where, kind="input")
