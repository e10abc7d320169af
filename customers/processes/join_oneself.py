"""Create Customer Record by one's own hand: a code by mail first, then the same record as always.

Until the code is back nothing is recorded. What was typed waits in the cache, and is forgotten
there with the code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor
from crm.errors import RuleBroken
from crm.often import once_more
from customers import code_channels, codes
from customers.models import ContactMedium, Customer, Party
from customers.processes.manage_consent import record_consent
from customers.processes.record_customer import record_customer, record_party
from customers.processes.validate_contact import confirm_by_earlier_code

ETOM = "1.3.6.1"

SELF_SERVICE: Final = Actor(pk=None, name="self-service", kind="system")
_LIVES: Final = int(codes.LIVES.total_seconds())
_PER_PLACE: Final = 10
_PER_ADDRESS: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said of themselves; `offers` is the sentence they agreed to, or nothing."""

    email: str
    business: bool
    fields: Mapping[str, Any]
    other_media: Sequence[Mapping[str, Any]] = ()
    offers: str = ""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits for its code, of which only the hash is here."""

    told: Told
    code_hash: str
    sent_at: datetime


def may_join() -> bool:
    """Whether a code could go out now."""
    return code_channels.available("email").ok


def may_ask(place: str, email: str) -> bool:
    """Whether this place may have a code mailed, to this address, once more this hour."""
    return once_more(
        "join", ("place", place, _PER_PLACE), ("address", email.casefold(), _PER_ADDRESS)
    )


def ask_to_join(told: Told) -> UUID:
    """Mail a code to whoever wants to be a customer; whom we know is not even looked up."""
    code_channels.require_available("email")
    application, code = uuid4(), codes.new_code()
    waiting = _Waiting(told, codes.hashed(application, code), timezone.now())
    cache.set(_tries(application), 0, _LIVES)
    cache.set(_key(application), waiting, _LIVES)
    if cache.get(_key(application)) is None:
        raise RuleBroken(
            "joining-is-closed",
            _("This way is closed just now. Please call us or try again later."),
        )
    problem = code_channels.send(
        "email",
        told.email,
        _("Your code"),
        _(
            "%(code)s is your code to become a customer of %(brand)s. It works for 10 minutes.\n\n"
            "You did not ask for it? Then do nothing: nothing was recorded."
        )
        % {"code": code, "brand": settings.CRM_BRAND},
    )
    if problem:
        cache.delete(_key(application))
        raise RuleBroken(
            "code-not-sent",
            _("We could not send a mail to this address. Check it and try again."),
            field="email",
        )
    return application


def join(*, application: UUID, code: str) -> Customer:
    """The code came back: record whoever sent it. Three wrong ones end the attempt."""
    waiting: _Waiting | None = cache.get(_key(application))
    if waiting is None:
        raise _nothing_waits()
    tries = _counted(application)
    if tries > codes.MOST_TRIES:
        cache.delete(_key(application))
        raise _nothing_waits()
    if not codes.matches(application, code, waiting.code_hash):
        raise RuleBroken(
            "wrong-code",
            _("That is not the code. After %(most)d tries a new one is needed.")
            % {"most": codes.MOST_TRIES},
            field="code",
            kind="invalid",
        )
    # Whoever takes it away records it: the button pressed twice makes one customer.
    if not cache.delete(_key(application)):
        raise _nothing_waits()
    return _recorded(waiting, tries)


@transaction.atomic
def _recorded(waiting: _Waiting, tries: int) -> Customer:
    """The same two steps as at every other door; who looks like somebody known is flagged."""
    told = waiting.told
    party = record_party(
        kind=Party.Kind.ORGANIZATION if told.business else Party.Kind.INDIVIDUAL,
        fields=told.fields,
        contact_media=[{"type": ContactMedium.Type.EMAIL, "value": told.email}, *told.other_media],
        source=SELF_SERVICE.name,
        actor=SELF_SERVICE,
    )
    customer = record_customer(
        name=party.name,
        party_id=party.pk,
        type=Customer.Type.BUSINESS if told.business else Customer.Type.CONSUMER,
        source=SELF_SERVICE.name,
        actor=SELF_SERVICE,
    )
    confirm_by_earlier_code(
        medium_id=party.contact_media.get(type=ContactMedium.Type.EMAIL).pk,
        sent_at=waiting.sent_at,
        tries=tries,
        actor=SELF_SERVICE,
    )
    if told.offers:
        record_consent(
            party_id=party.pk,
            purpose_key="marketing",
            channel="email",
            given=True,
            source="portal",
            wording=told.offers,
            customer_id=customer.pk,
            actor=SELF_SERVICE,
        )
    return customer


def _counted(application: UUID) -> int:
    try:
        return int(cache.incr(_tries(application)))
    except ValueError as gone:
        # Unlike a limit, this count is a rule: uncounted, a code could be guessed.
        raise _nothing_waits() from gone


def _nothing_waits() -> RuleBroken:
    return RuleBroken(
        "no-code-waits",
        _("No code waits for an answer, or its time is over. Please begin again."),
        field="code",
    )


def _key(application: UUID) -> str:
    return f"join:{application}"


def _tries(application: UUID) -> str:
    return f"join:{application}:tries"
