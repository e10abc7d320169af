"""Which customer wrote: by what we know of them, never by what they say of themselves."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from customers.contact_points import written
from customers.models import ContactMedium, Customer, Identifier, Product

_Type = ContactMedium.Type
_NUMBERS: Final = (_Type.MOBILE, _Type.PHONE)
MEDIA: Final = {
    "email": (_Type.EMAIL,),
    "web": (_Type.EMAIL,),
    "chat": (_Type.EMAIL,),
    "sms": _NUMBERS,
    "whatsapp": _NUMBERS,
    "phone": _NUMBERS,
    "social": (_Type.SOCIAL,),
}


def customer_at(channel: str, address: str, *, link_by: str = "verified") -> int | None:
    """The one customer this address is; None when nobody, or more than one, could be meant.

    `link_by` "verified" trusts contact points that were verified, "known" any that stands. In a
    chat the answer goes to whoever typed the address, so there it proves nothing.
    """
    if channel == "chat":
        return None
    found = customers_at(channel, address, link_by=link_by)
    return found[0] if len(found) == 1 else None


def customers_at(channel: str, address: str, *, link_by: str = "known") -> list[int]:
    """Every customer this address may be, at most a few."""
    types = MEDIA.get(channel, ())
    if not address or not types:
        return []
    normalised = written(types[0], address, region=settings.CRM_REGION).normalised
    if types == _NUMBERS:
        return _holders_of(normalised or address, link_by)
    return _live(_parties(types, normalised or address, link_by))


def customer_numbered(number: str) -> int | None:
    """The customer whose number a letter or a till names."""
    if not number:
        return None
    found = Customer.objects.live().filter(number__iexact=number, removed_at=None)
    return found.values_list("pk", flat=True).first()


def customer_served_by(service: str) -> int | None:
    """The customer a service is installed for now."""
    found = _served(service) if service else []
    return found[0] if len(found) == 1 else None


def _holders_of(number: str, link_by: str) -> list[int]:
    """Whose number this is today; numbers are given again, so the register of numbers comes first.

    A contact point that names the number of somebody who gave it up is passed over.
    """
    now = timezone.now()
    register = Identifier.objects.filter(kind=Identifier.Kind.MSISDN, value__in=_spellings(number))
    if holders := list(register.at(now).values_list("party_id", flat=True)):
        return _live(holders)
    if served := _served(number):
        return served
    former = set(register.exclude(valid_to=None).values_list("party_id", flat=True))
    return _live(set(_parties(_NUMBERS, number, link_by)) - former)


def _spellings(number: str) -> list[str]:
    return [number, number.removeprefix("+")]


def _served(number: str) -> list[int]:
    active = Product.objects.filter(
        service_number__in=_spellings(number), customer__removed_at=None
    ).exclude(status=Product.Status.ENDED)
    return sorted(set(active.values_list("customer_id", flat=True)))[:5]


def _parties(types: Iterable[str], normalised: str, link_by: str) -> list[int]:
    media = ContactMedium.objects.current().filter(
        Q(normalised=normalised) | Q(type=_Type.SOCIAL, value=normalised), type__in=list(types)
    )
    if link_by == "verified":
        media = media.filter(state=ContactMedium.State.VERIFIED)
    return list(media.values_list("party_id", flat=True))


def _live(parties: Iterable[int]) -> list[int]:
    customers = Customer.objects.live().filter(party__in=set(parties), removed_at=None)
    return list(customers.order_by("pk").values_list("pk", flat=True)[:5])
