"""Names and shapes of TMF629 customers on their way into the processes; no rules here."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from uuid import UUID

from crm.access import Actor
from crm.tmf.shapes import moment
from customers.models import Account, Agreement, Customer, Party

# What partners call the states of a customer; any other word is kept and means nothing to us.
# Ending a relationship needs a reason and a process of its own, so no word here ends one.
_STATUS = {
    "prospect": Customer.Status.PROSPECT,
    "prospective": Customer.Status.PROSPECT,
    "new": Customer.Status.PROSPECT,
    "created": Customer.Status.PROSPECT,
    "initialized": Customer.Status.PROSPECT,
    "validated": Customer.Status.VERIFIED,
    "verified": Customer.Status.VERIFIED,
    "approved": Customer.Status.VERIFIED,
    "active": Customer.Status.ACTIVE,
}
# Words that end something: each has a process of its own, and asks for its reason.
ENDING = {
    "terminated": Customer.Status.TERMINATED,
    "ended": Customer.Status.TERMINATED,
    "services-ended": Customer.Status.SERVICES_ENDED,
}
SINCE = "since"
KEPT = (
    "account",
    "agreement",
    "contactMedium",
    "creditProfile",
    "engagedParty",
    "paymentMethod",
    "relatedParty",
    "validFor",
    "@type",
    "@baseType",
    "@schemaLocation",
)


def engaged_party(body: Mapping[str, Any], actor: Actor) -> Party | None:
    """The party we hold under that reference, if the client may see it."""
    try:
        public_id = UUID(str(body["engagedParty"]["id"]))
    except (KeyError, TypeError, ValueError):
        return None
    return Party.objects.visible_to(actor).filter(public_id=public_id).first()


def own_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a customer, from a whole document."""
    said = str(body.get("status") or "")
    fields: dict[str, Any] = {
        "status_as_given": said,
        "status_reason": str(body.get("statusReason") or ""),
        "characteristics": list(body.get("characteristic") or []),
        "since": _since(body),
    }
    if canonical := _STATUS.get(said.lower()):
        fields["status"] = canonical
    return fields


def _since(body: Mapping[str, Any]) -> Any:
    try:
        return moment(str((body.get("validFor") or {})["startDateTime"]))
    except (KeyError, ValueError, OverflowError):
        return None


def since_as_held(body: Mapping[str, Any]) -> dict[str, str]:
    """The beginning as the database writes it, to tell later whether it is still the same."""
    since = _since(body)
    if since is None:
        return {}
    moment_of_it = since.astimezone(UTC).isoformat(timespec="milliseconds")
    return {SINCE: moment_of_it.replace("+00:00", "Z")}


def only_given(
    body: Mapping[str, Any], party: Party | None, customer: Customer | None
) -> dict[str, Any]:
    """The document without what we serve from our own rows, so that nothing is told twice."""
    kept = dict(body)
    if party:
        shown_by_us = {"id", "href", "name"}
        kept["engagedParty"] = {
            name: value for name, value in body["engagedParty"].items() if name not in shown_by_us
        }
        kept.pop("contactMedium", None)
    if customer:
        for name, rows in (
            ("account", Account.objects.filter(customer=customer)),
            ("agreement", Agreement.objects.filter(customer=customer)),
        ):
            own = {str(one) for one in rows.values_list("public_id", flat=True)}
            kept[name] = [one for one in body.get(name) or [] if one.get("id") not in own]
    return {name: value for name, value in kept.items() if value not in ([], {})}
