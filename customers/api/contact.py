"""Contact media between TMF's words and ours; TMF629 and TMF632 write them alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from crm.tmf.rendering import (
    EXTRA,
    Combinable,
    Instant,
    Listed,
    Overlay,
    Parts,
    Without,
    first_of,
)
from crm.tmf.shapes import moment
from customers.models import ContactMedium

_WORDS = {
    "mobile": ("mobile", "cell", "sms"),
    "email": ("mail",),
    "phone": ("phone", "tel", "fax", "landline"),
    "address": ("address", "postal", "post", "geographic"),
}
_PARTS = {
    "email": ("emailAddress",),
    "mobile": ("phoneNumber",),
    "phone": ("phoneNumber", "faxNumber"),
    "social": ("socialNetworkId",),
}
_PLAIN = {
    "email": "emailAddress",
    "mobile": "phoneNumber",
    "phone": "phoneNumber",
    "address": "street1",
    "social": "socialNetworkId",
}
_ADDRESS = ("street1", "street2", "postCode", "city", "stateOrProvince", "country")
_HELD = frozenset({"mediumType", "preferred", "characteristic"})
_TYPE_LENGTH, _VALUE_LENGTH, _ROLE_LENGTH = 60, 320, 60


class _Clock(Func):
    """The moment of the reading, also within a transaction that has just changed something."""

    function = "clock_timestamp"
    arity = 0
    output_field = DateTimeField()


def rendered(party: str) -> Combinable:
    """The current contact media of the party in that column, as a JSON list."""
    value = NullIf(F("value"), Value("", output_field=CharField()))
    by_type = {
        "emailAddress": ["email"],
        "phoneNumber": ["mobile", "phone"],
        "street1": ["address"],
        "socialNetworkId": ["social"],
    }
    parts = Parts(
        **{
            name: Case(
                When(type__in=types, characteristic={}, then=value), output_field=TextField()
            )
            for name, types in by_type.items()
        },
        contactType=NullIf(F("role"), Value("", output_field=CharField())),
    )
    ours = Parts(
        mediumType=first_of(
            NullIf(F("type_as_given"), Value("", output_field=CharField())), F("type")
        ),
        preferred=F("preferred"),
        characteristic=Overlay(parts, Without(F("characteristic"), EXTRA)),
        validFor=Parts(startDateTime=Instant(F("valid_from"))),
    )
    nothing = Value({}, output_field=JSONField())
    further = Coalesce(KeyTransform(EXTRA, "characteristic"), nothing, output_field=JSONField())
    item = Overlay(ours, further)
    theirs = Q(valid_to=None) | Q(valid_to__gt=_Clock())
    return Listed(ContactMedium.objects.filter(theirs, party=OuterRef(party)), item)


def recorded(media: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Contact media as the processes take them; the same one twice is one."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for medium in media:
        one = _recorded(medium)
        found[one["type"], one["value"], one["role"]] = one
    return list(found.values())


def _recorded(medium: Mapping[str, Any]) -> dict[str, Any]:
    parts = dict(medium.get("characteristic") or {})
    said = str(medium.get("mediumType") or "")
    kind = _kind(said, parts)
    # What the row has no column for stays beside its parts, and is shown again as it was said.
    further = {name: value for name, value in medium.items() if name not in _HELD}
    period = medium.get("validFor") or {}
    ends = _instant(period.get("endDateTime"))
    value = _value(kind, parts)
    # What the columns say by themselves is not kept twice: a point is the same at every door.
    plain = not further and parts == {_PLAIN[kind]: value}
    one: dict[str, Any] = {
        "type": kind,
        "type_as_given": "" if said == kind else said[:_TYPE_LENGTH],
        "value": value,
        "characteristic": ({} if plain else parts) | ({EXTRA: further} if further else {}),
        "state": "unreachable" if ends and ends < timezone.now() else "unverified",
        "role": str(parts.get("contactType") or "")[:_ROLE_LENGTH],
        "preferred": bool(medium.get("preferred", False)),
    }
    if begins := _instant(period.get("startDateTime")):
        one["valid_from"] = begins
    if ends and ends >= timezone.now():
        one["valid_to"] = ends
    return one


def _kind(said: str, parts: Mapping[str, Any]) -> str:
    """Our type for a free word: by the word, else by the part that is filled."""
    word = said.lower()
    for kind, marks in _WORDS.items():
        if any(mark in word for mark in marks):
            return kind
    for kind, names in _PARTS.items():
        if kind != "mobile" and any(parts.get(name) for name in names):
            return kind
    return "address" if any(parts.get(name) for name in _ADDRESS) else "social"


def _value(kind: str, parts: Mapping[str, Any]) -> str:
    if kind == "address":
        found = ", ".join(str(parts[name]) for name in _ADDRESS if parts.get(name))
        return found[:_VALUE_LENGTH]
    for name in _PARTS[kind]:
        if parts.get(name):
            return str(parts[name])[:_VALUE_LENGTH]
    return ""


def _instant(text: Any) -> Any:
    if not isinstance(text, str):
        return None
    try:
        return moment(text)
    except (ValueError, OverflowError):
        return None
