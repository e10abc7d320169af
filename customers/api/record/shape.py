"""How the record is written as JSON; names as in the Open APIs where they have one."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from customers.as_of import AsOf, Row, names_of
from customers.models import Customer, Party
from customers.processes.validate_contact import Validity

_PARTY = {
    "kind": "kind", "name": "name", "givenName": "given_name", "middleName": "middle_name",
    "familyName": "family_name", "tradingName": "trading_name", "birthDate": "birth_date",
    "nationality": "nationality", "language": "language", "status": "status",
}  # fmt: skip
_POINT = {
    "mediumType": "type", "value": "value", "normalised": "normalised", "role": "role",
    "preferred": "preferred", "state": "state", "verifiedAt": "verified_at",
    "verifiedBy": "verified_by",
}  # fmt: skip
_BILLING = {
    "paymentMethod": "payment_method", "paperless": "paperless",
    "monthlyCharge": "monthly_charge", "totalCharged": "total_charged", "currency": "currency",
}  # fmt: skip


def validity(found: Validity) -> dict[str, Any]:
    """The answer to a question about one contact point."""
    return {
        "status": found.status,
        "reason": found.because,
        "normalised": found.normalised or None,
        "verifiedAt": _plain(found.medium.verified_at) if found.medium else None,
        "duplicates": [
            {
                "id": str(one.public_id),
                "href": f"/tmf-api/customerManagement/v4/customer/{one.public_id}",
            }
            for one in found.holders
        ]
        if found.status == "duplicate"
        else [],
    }


def record(customer: Customer, then: AsOf, *, billing: bool) -> dict[str, Any]:
    """The whole record at a moment."""
    was = then.customer
    return {
        "id": str(customer.public_id),
        "asOf": _plain(then.at),
        "view": "known" if then.known_then else "true",
        "number": was.number,
        "name": was.name,
        "type": was.type,
        "status": was.status,
        "statusReason": was.status_reason or None,
        "segment": was.segment or None,
        "characteristic": was.characteristics,
        "validFor": {"startDateTime": _plain(was.since), "endDateTime": _plain(was.ended_at)},
        "party": {"id": str(then.party.public_id), **_fields(then.party, _PARTY)}
        if then.party
        else None,
        "contactMedium": [
            {**_fields(one, _POINT), "characteristic": one.characteristic, "validFor": _period(one)}
            for one in then.contact_points
        ],
        "identifier": [
            {"type": one.kind, "issuer": one.issuer, "value": one.value, "validFor": _period(one)}
            for one in then.identifiers
            if one.kind != "document"
        ],
        "relatedParty": _related(then),
        "account": [
            {
                "id": str(one.public_id),
                "name": one.number,
                **(_fields(one, _BILLING) if billing else {}),
            }
            for one in then.accounts
        ],
        "agreement": [
            {"id": str(one.public_id), "name": one.name, "validFor": _period(one)}
            for one in then.agreements
        ],
        "product": [
            {
                "id": str(one.public_id),
                "name": one.name,
                "status": one.status,
                "serviceNumber": one.service_number if one.status != "ended" else None,
                "validFor": _period(one),
            }
            for one in then.products
        ],
        "communicationNeed": [_need(one) for one in then.needs],
        "consent": [
            {
                "purpose": one.purpose.key,
                "channel": one.channel,
                "given": one.given,
                "capturedAt": _plain(one.captured_at),
            }
            for one in then.consents
        ],
    }


def needs(party: Party) -> dict[str, Any]:
    """Every wish of a party, by topic."""
    standing = party.communication_needs.select_related("contact_person").order_by("topic")
    return {"needs": [_need(one) for one in standing]}


def _need(one: Row) -> dict[str, Any]:
    person = one.contact_person
    return {
        "topic": one.topic,
        "channel": one.channel,
        "language": one.language or None,
        "format": one.format or None,
        "accessibility": one.accessibility or None,
        "quietHours": {
            "from": _plain(one.quiet_from),
            "to": _plain(one.quiet_to),
            "timeZone": one.time_zone or None,
        }
        if one.quiet_from
        else None,
        "contactPerson": {"id": str(person.public_id), "name": person.name} if person else None,
    }


def _related(then: AsOf) -> list[dict[str, Any]]:
    """Roles and relationships, each with its direction said in the role."""
    me = then.customer.party_id
    tied = [
        (one, one.target_id, f"{one.kind}-of")
        if one.source_id == me
        else (one, one.source_id, one.kind)
        for one in then.relations
    ]
    tied += [(one, one.party_id, one.role) for one in then.roles]
    called = names_of(party for _one, party, _role in tied)
    return [
        {
            "id": str(called[party].public_id),
            "name": called[party].name,
            "role": role,
            "validFor": _period(one),
        }
        for one, party, role in tied
        if party in called
    ]


def _fields(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, column)) for name, column in names.items()}


def _period(row: Row) -> dict[str, Any]:
    return {"startDateTime": _plain(row.valid_from), "endDateTime": _plain(row.valid_to)}


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is empty is not there."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, str | bool | int | float) or value is None:
        return None if value == "" else value
    return str(value)
