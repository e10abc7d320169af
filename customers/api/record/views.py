"""Validate a contact point, read a record as of a moment, keep communication needs."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.tmf.authentication import Scoped, purpose_of
from crm.tmf.conditional import etag_of, require_shown
from crm.tmf.once import as_json, as_read, caller
from crm.tmf.shapes import moment
from customers import masking
from customers.api.record import shape
from customers.as_of import as_of
from customers.models import Customer, Party
from customers.processes.keep_needs import replace_needs
from customers.processes.validate_contact import validate_contact

_TRIGGER = "customer-notified"
_MOST_NEEDS = 20


class ValidateView(APIView):
    """POST: whether a contact point is valid, unreachable, unknown or a duplicate."""

    permission_classes = [Scoped]

    def post(self, request: Request) -> HttpResponse:
        actor, asked = caller(request), _object(request.data)
        customer = _asked_customer(asked.get("customer"), actor)
        found = validate_contact(
            type=str(asked.get("type") or ""),
            value=str(asked.get("value") or ""),
            customer_id=customer.pk if customer else None,
            actor=actor,
        )
        shown = [one.pk for one in found.holders] + ([customer.pk] if customer else [])
        if shown:
            _looked(request, actor, shown, "contact validation")
        return as_json(200, shape.validity(found))


class RecordView(APIView):
    """GET: the whole record, now or as of a moment; `view=true` asks what was true then."""

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        actor = caller(request)
        require(actor, masking.PERMISSION)
        customer = Customer.objects.visible_to(actor).get(public_id=public_id)
        at, view = _moment(request), request.query_params.get("view", "known")
        if view not in {"known", "true"}:
            raise _unreadable("view", _("view is “known” or “true”."))
        _looked(request, actor, [customer.pk], f"as of {at:%Y-%m-%d}")
        found = as_of(customer, at, known_then=view == "known")
        if found is None:
            raise Customer.DoesNotExist
        return as_json(200, shape.record(customer, found, billing=_billing(actor)))


class NeedsView(APIView):
    """GET and PUT: how a customer wishes to hear about each topic; PUT is the whole list.

    They have no revision of their own: If-Match holds while the list reads as it was read.
    """

    permission_classes = [Scoped]

    def get(self, request: Request, public_id: UUID) -> HttpResponse:
        actor = caller(request)
        require(actor, masking.PERMISSION)
        customer = Customer.objects.visible_to(actor).get(public_id=public_id)
        _looked(request, actor, [customer.pk], "communication needs")
        return as_read(request, shape.needs(_party(customer)))

    @transaction.atomic
    def put(self, request: Request, public_id: UUID) -> HttpResponse:
        actor = caller(request)
        customer = Customer.objects.visible_to(actor).get(public_id=public_id)
        party = Party.objects.visible_to(actor).lock(_party(customer).pk)
        require_shown(request.headers, etag_of(None, as_json(200, shape.needs(party)).content))
        replace_needs(
            party_id=party.pk, needs=_needs(request.data, actor), trigger=_TRIGGER, actor=actor
        )
        response = as_json(200, shape.needs(party))
        response.headers["ETag"] = etag_of(None, response.content)
        return response


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise _unreadable("", _("The body must be an object."))
    return body


def _asked_customer(given: Any, actor: Actor) -> Customer | None:
    """The customer a body speaks of: an id, or a reference with one."""
    said = given.get("id") if isinstance(given, dict) else given
    if said in (None, ""):
        return None
    try:
        public_id = UUID(str(said))
    except ValueError:
        raise _unreadable("customer", _("customer is the id of a customer.")) from None
    return Customer.objects.visible_to(actor).get(public_id=public_id)


def _moment(request: Request) -> datetime:
    said = request.query_params.get("asOf", "")
    if not said:
        return timezone.now()
    # A plus in an address reads as a space.
    try:
        return moment(said.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise _unreadable("asOf", _("asOf is a date-time such as 2026-03-03T12:00:00Z.")) from None


def _billing(actor: Actor) -> bool:
    """A system that may see billing; a verified caller is a matter of people."""
    return masking.sees_billing(actor, 0)


def _party(customer: Customer) -> Party:
    if customer.party is None:
        raise RuleBroken("nobody-behind", _("Nobody stands behind this record yet."))
    return customer.party


def _needs(body: Any, actor: Actor) -> dict[str, dict[str, Any]]:
    listed = body.get("needs") if isinstance(body, dict) else body
    if not isinstance(listed, list) or len(listed) > _MOST_NEEDS:
        raise _unreadable("needs", _("needs is a list, one entry for each topic."))
    return dict(_need(_object(one), actor) for one in listed)


def _need(one: dict[str, Any], actor: Actor) -> tuple[str, dict[str, Any]]:
    quiet = _object(one.get("quietHours") or {})
    person = one.get("contactPerson")
    return str(one.get("topic") or ""), {
        "channel": str(one.get("channel") or ""),
        "language": str(one.get("language") or ""),
        "format": str(one.get("format") or ""),
        "accessibility": str(one.get("accessibility") or ""),
        "time_zone": str(quiet.get("timeZone") or ""),
        "quiet_from": _hour(quiet.get("from")),
        "quiet_to": _hour(quiet.get("to")),
        "contact_person_id": _person(person, actor) if person else None,
    }


def _hour(said: Any) -> time | None:
    if said in (None, ""):
        return None
    try:
        return time.fromisoformat(str(said))
    except ValueError:
        raise _unreadable("quietHours", _("An hour is written as 20:00.")) from None


def _person(said: Any, actor: Actor) -> int:
    try:
        public_id = UUID(str(said.get("id") if isinstance(said, dict) else said))
    except ValueError:
        raise _unreadable("contactPerson", _("contactPerson is the id of a party.")) from None
    return Party.objects.visible_to(actor).get(public_id=public_id).pk


def _unreadable(field: str, message: str) -> RuleBroken:
    return RuleBroken("invalid", message, field=field, kind="input")


def _looked(request: Request, actor: Actor, ids: list[int], detail: str) -> None:
    record_access(
        actor=actor,
        action="api-read",
        subject="customer",
        ids=ids,
        purpose=purpose_of(request.headers.get("X-Purpose", "")),
        detail=detail,
    )
