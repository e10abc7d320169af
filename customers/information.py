"""What is held about a customer, asked by name: the looks of order items and of consumers.

A look answers with what is known, or with nothing. Apps above add theirs with `look`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import (
    Account,
    Agreement,
    Consent,
    ContactMedium,
    Customer,
    Identifier,
    Order,
    Party,
    Product,
    RecordedItem,
)
from customers.ordering.standing import Known

HERE: Final = "here"
_MOST = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A customer with everything a look may ask for, read once."""

    customer: Customer | None = None
    party: Party | None = None
    order: Order | None = None
    media: tuple[ContactMedium, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    accounts: tuple[Account, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    products: tuple[Product, ...] = ()
    recorded: dict[str, RecordedItem] = field(default_factory=dict)
    consents: dict[str, Consent] = field(default_factory=dict)


Find = Callable[[Subject, str], Known | None]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look something up; `enter` says where a person enters it: here, or a page."""

    key: str
    title: str | Promise
    find: Find
    enter: str = ""


_looks: dict[str, Look] = {}


def look(key: str, title: str | Promise, *, enter: str = "") -> Callable[[Find], Find]:
    """Register a look; the same key twice is a programming error."""

    def register(find: Find) -> Find:
        if _looks.setdefault(key, Look(key, title, find, enter)).find is not find:
            raise ValueError(f"Look {key} is declared twice.")
        return find

    return register


def named(said: str) -> Look:
    """The look behind "contact.role:technical"; KeyError when nobody declared it."""
    return _looks[said.partition(":")[0]]


def declared() -> tuple[Look, ...]:
    return tuple(_looks[key] for key in sorted(_looks))


def known(subject: Subject, said: str, item: str = "") -> Known | None:
    """What is held, by a look and its argument; "recorded" looks by the item itself."""
    name, _colon, argument = said.partition(":")
    return _looks[name].find(subject, argument or item)


def subject_of(customer: Customer | None, order: Order | None = None) -> Subject:
    """Everything the looks may ask, in as many queries as there are tables."""
    if customer is None:
        return Subject(order=order)
    party = customer.party
    now = timezone.now()
    return Subject(
        customer=customer,
        party=party,
        order=order,
        media=tuple(party.contact_media.current().order_by("pk")[:_MOST]) if party else (),
        identifiers=tuple(party.identifiers.at(now).order_by("pk")[:_MOST]) if party else (),
        accounts=tuple(customer.accounts.order_by("pk")[:_MOST]),
        agreements=tuple(customer.agreements.order_by("pk")[:_MOST]),
        products=tuple(customer.products.exclude(status="ended").order_by("pk")[:_MOST]),
        recorded={one.key: one for one in customer.recorded_items.order_by("pk")[:_MOST]},
        consents={
            one.purpose.key: one
            for one in Consent.objects.in_force().filter(party=party).select_related("purpose")
        }
        if party
        else {},
    )


@look("party.name", gettext_lazy("Name"), enter="customers:edit")
def _name(subject: Subject, _argument: str) -> Known | None:
    party = subject.party
    if party is None:
        return None
    if party.kind == Party.Kind.ORGANIZATION:
        return Known() if party.trading_name or party.name else None
    return Known() if party.given_name and party.family_name else None


@look("party.birth_date", gettext_lazy("Date of birth"), enter="customers:edit")
def _birth_date(subject: Subject, _argument: str) -> Known | None:
    return Known() if subject.party and subject.party.birth_date else None


@look("party.language", gettext_lazy("Language"), enter="customers:edit")
def _language(subject: Subject, _argument: str) -> Known | None:
    return Known() if subject.party and subject.party.language else None


@look("party.identity", gettext_lazy("Verified identity"), enter=HERE)
def _identity(subject: Subject, argument: str) -> Known | None:
    """A document that was seen, with its day; a verified party without one bears no date."""
    if seen := subject.recorded.get(argument):
        return _recorded_known(seen)
    documents = [one for one in subject.identifiers if one.kind == Identifier.Kind.DOCUMENT]
    if documents:
        return Known(max(one.valid_from for one in documents))
    verified = subject.party and subject.party.status == Party.Status.VALIDATED
    return Known() if verified else None


@look("contact.reach", gettext_lazy("A contact point that reaches them"), enter="customers:edit")
def _reach(subject: Subject, _argument: str) -> Known | None:
    return _best(one for one in subject.media if one.type in {"email", "mobile", "phone"})


@look("contact.email", gettext_lazy("E-mail address"), enter="customers:edit")
def _email(subject: Subject, _argument: str) -> Known | None:
    return _best(one for one in subject.media if one.type == "email")


@look("contact.address", gettext_lazy("Address"), enter="customers:edit")
def _address(subject: Subject, _argument: str) -> Known | None:
    return _best(one for one in subject.media if one.type == "address")


@look("contact.role", gettext_lazy("Contact point with a use"), enter=HERE)
def _with_role(subject: Subject, argument: str) -> Known | None:
    """A contact point used for something: "contact.role:technical"."""
    wanted = argument.casefold()
    return _best(one for one in subject.media if wanted in one.role.casefold())


@look("account.payment", gettext_lazy("How bills are paid"), enter=HERE)
def _payment(subject: Subject, _argument: str) -> Known | None:
    return Known() if any(one.payment_method for one in subject.accounts) else None


@look("account.number", gettext_lazy("Billing account"), enter=HERE)
def _account(subject: Subject, _argument: str) -> Known | None:
    return Known() if subject.accounts else None


@look("agreement.tier", gettext_lazy("Agreed service level"))
def _tier(subject: Subject, _argument: str) -> Known | None:
    return Known() if any(one.sla_tier for one in subject.agreements) else None


@look("agreement.dates", gettext_lazy("Beginning of the agreement"))
def _dates(subject: Subject, _argument: str) -> Known | None:
    return Known() if any(one.valid_from for one in subject.agreements) else None


@look("product.number", gettext_lazy("Service number"))
def _number(subject: Subject, _argument: str) -> Known | None:
    return Known() if any(one.service_number for one in subject.products) else None


@look("consent", gettext_lazy("Answer to a consent question"), enter="insight:consents")
def _consent(subject: Subject, argument: str) -> Known | None:
    """That they were asked; yes and no are both answers."""
    answer = subject.consents.get(argument)
    return Known(answer.captured_at) if answer else None


@look("recorded", gettext_lazy("Recorded with the order"), enter=HERE)
def _recorded(subject: Subject, argument: str) -> Known | None:
    seen = subject.recorded.get(argument)
    return _recorded_known(seen) if seen else None


def _recorded_known(seen: RecordedItem) -> Known:
    over = seen.valid_until is not None and seen.valid_until < timezone.localdate()
    return Known(seen.recorded_at, _("no longer valid") if over else "")


def _best(media: Iterable[ContactMedium]) -> Known | None:
    """The best of several contact points: reachable before not, then the one known latest."""
    found = [(one.state != ContactMedium.State.UNREACHABLE, _since(one)) for one in media]
    if not found:
        return None
    reaches, at = max(found)
    return Known(at, "" if reaches else _("did not reach them"))


def _since(medium: ContactMedium) -> datetime:
    return medium.verified_at or medium.valid_from
