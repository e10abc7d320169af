"""Contact points as the customer page shows them: value, use, and how sure we are of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.web import words
from customers import masking
from customers.models import ContactMedium, Customer

_MOST = 100
# A verification is worth a year; then it is asked for again.
_CONFIRM_AFTER = timedelta(days=365)
_ICONS = {
    "email": "mail",
    "mobile": "device-mobile",
    "phone": "device-landline-phone",
    "address": "map-pin",
    "social": "world",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point as it is shown."""

    pk: int
    icon: str
    kind: str
    value: str
    about: str
    state: str
    verified_at: datetime | None
    verified_by: str
    since: datetime
    until: datetime | None
    why_not: str
    stale: bool


def points_of(customer: Customer, *, clear: bool) -> list[Point]:
    """The preferred first."""
    if customer.party is None:
        return []
    media = customer.party.contact_media.current().order_by("-preferred", "pk")[:_MOST]
    return [_point(one, clear=clear) for one in media]


def as_read(one: ContactMedium) -> str:
    """A contact point as people read it: numbers in groups."""
    is_number = one.type in {ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE}
    return words.phone_number(one.normalised or one.value) if is_number else one.value


def _point(one: ContactMedium, *, clear: bool) -> Point:
    about = (one.get_type_display(), one.role, _("preferred") * one.preferred)
    old = one.verified_at is not None and one.verified_at < timezone.now() - _CONFIRM_AFTER
    return Point(
        pk=one.pk,
        icon=_ICONS[one.type],
        kind=str(one.get_type_display()),
        value=as_read(one) if clear else masking.contact_point(one.type, one.value),
        about=" · ".join(filter(None, about)),
        state=one.state,
        verified_at=one.verified_at,
        verified_by=one.get_verified_by_display(),
        since=one.valid_from,
        until=one.valid_to,
        why_not=one.unreachable_because,
        stale=one.state == ContactMedium.State.VERIFIED and old,
    )
