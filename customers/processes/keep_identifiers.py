"""Keep Identifiers: numbers by which a party is known, and the end of each when it moves on."""

from collections.abc import Iterable
from datetime import datetime

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from crm.events.catalogue import PartyUpdated
from crm.events.publish import publish
from customers.models import ContactMedium, Customer, Identifier, Party, Product, SearchToken
from customers.processes.record_customer import save_checked

ETOM = "1.3.6.2"

_Kind = Identifier.Kind
# What runs on the number: it leaves with it.
_PHONES = (ContactMedium.Type.MOBILE, ContactMedium.Type.PHONE)
_IMSI_DIGITS, _ICCID_DIGITS = range(14, 16), range(18, 21)


@transaction.atomic
def assign_identifier(
    *,
    party_id: int,
    kind: str,
    value: str,
    issuer: str = "",
    valid_from: datetime | None = None,
    former: str = Identifier.Ended.RECYCLED,
    actor: Actor,
) -> Identifier:
    """Write down whose a number is from now on; whoever had it before has it no longer.

    `former` says why it left its former holder. Given to its holder again, nothing changes.
    """
    require(actor, "customers.update_information")
    party = Party.objects.visible_to(actor).lock(party_id)
    written = canonical(kind, value)
    begins = valid_from or timezone.now()
    held = list(
        Identifier.objects.select_for_update(of=("self",))
        .filter(Q(valid_to=None) | Q(valid_to__gt=begins), kind=kind, issuer=issuer, value=written)
        .select_related("party")
    )
    if kind != _Kind.DOCUMENT:
        for one in held:
            if one.party_id == party.pk:
                return one
        refuse_out_of_sight([one.party_id for one in held], actor)
        for one in held:
            _end(one, begins, former, actor)
    with because(actor, f"{kind} given"):
        identifier = Identifier(
            party=party, kind=kind, issuer=issuer, value=written, valid_from=begins
        )
        save_checked(identifier)
    tell([party], actor)
    return identifier


@transaction.atomic
def end_identifier(
    *, identifier_id: int, because_of: str, at: datetime | None = None, actor: Actor
) -> Identifier:
    """The number is theirs no longer: neither search nor pages nor API lead from it to them."""
    require(actor, "customers.update_information")
    seen = Identifier.objects.filter(party__in=Party.objects.visible_to(actor))
    identifier = seen.select_for_update(of=("self",)).select_related("party").get(pk=identifier_id)
    if because_of not in Identifier.Ended.values:
        raise RuleBroken(
            "unknown-reason",
            _("Say why it ended: %(known)s.") % {"known": ", ".join(Identifier.Ended.values)},
            field="ended_because",
            kind="input",
        )
    if identifier.valid_to is None:
        _end(identifier, at or timezone.now(), because_of, actor)
    return identifier


@transaction.atomic
def follow_validity(*, since: datetime, limit: int = 5_000, actor: Actor) -> int:
    """Let search follow what began or ended by its own date since then; says for how many."""
    require(actor, "customers.update_information")
    span = since, timezone.now()
    passed = Q(valid_to__isnull=False, valid_to__range=span)
    # What began the moment it was recorded is followed already.
    begun = Q(valid_from__gt=F("recorded_at"), valid_from__range=span)
    parties: set[int] = set()
    for model in (ContactMedium, Identifier):
        for which in (passed, begun):
            rows = model._default_manager.filter(which)
            parties.update(rows.values_list("party_id", flat=True)[:limit])
    ids = list(Customer.objects.filter(party__in=parties).values_list("pk", flat=True))
    SearchToken.objects.refresh(ids)
    return len(ids)


def refuse_out_of_sight(party_ids: Iterable[int], actor: Actor) -> None:
    """Nothing is taken from somebody one's role does not show, and nobody like that is named."""
    if out_of_sight(party_ids, actor):
        raise RuleBroken(
            "holder-out-of-sight",
            _("Somebody your role does not show has this number. Ask your team lead to move it."),
            field="value",
        )


def out_of_sight(party_ids: Iterable[int], actor: Actor) -> set[int]:
    """Those of them that are customers, and none that this actor sees."""
    theirs = Customer.objects.filter(party__in=list(party_ids), removed_at=None)
    seen = theirs.visible_to(actor).values("party")
    hidden = theirs.exclude(party__in=seen).values_list("party", flat=True)
    return {party for party in hidden if party is not None}


def canonical(kind: str, value: str) -> str:
    """The one spelling of an identifier; RuleBroken when it cannot be one."""
    text = "".join(value.split())
    if kind == _Kind.MSISDN:
        return _msisdn(text)
    if kind in {_Kind.IMSI, _Kind.ICCID}:
        lengths = _IMSI_DIGITS if kind == _Kind.IMSI else _ICCID_DIGITS
        if not text.isdecimal() or len(text) not in lengths:
            raise _unreadable(
                _("It has %(least)d to %(most)d digits.")
                % {"least": lengths.start, "most": lengths.stop - 1}
            )
        return text
    return value.strip()


def _msisdn(text: str) -> str:
    """Country and number without a plus, as the network writes it."""
    # The network's own form carries the country without a plus.
    for spelling in (text, f"+{text}"):
        try:
            number = phonenumbers.parse(spelling, settings.CRM_REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    raise _unreadable(_("This is no phone number of any country."))


def _unreadable(why: str) -> RuleBroken:
    return RuleBroken("not-an-identifier", why, field="value", kind="invalid")


def _end(identifier: Identifier, at: datetime, why: str, actor: Actor) -> None:
    """The number ends for its holder, and with it what it was used for."""
    with because(actor, why):
        identifier.valid_to = max(at, identifier.valid_from)
        identifier.ended_because = why
        identifier.save(update_fields=["valid_to", "ended_because"])
        if identifier.kind == _Kind.MSISDN:
            _end_contact_points(identifier)
            _end_products(identifier)
    tell([identifier.party], actor)


def _end_contact_points(identifier: Identifier) -> None:
    media = ContactMedium.objects.current().filter(
        party=identifier.party_id, type__in=_PHONES, normalised=f"+{identifier.value}"
    )
    media.update(valid_to=identifier.valid_to, preferred=False)


def _end_products(identifier: Identifier) -> None:
    spellings = {identifier.value, f"+{identifier.value}"}
    running = Product.objects.filter(
        customer__party=identifier.party_id, service_number__in=spellings
    ).exclude(status=Product.Status.ENDED)
    if identifier.valid_to:
        last = timezone.localdate(identifier.valid_to)
        running.update(status=Product.Status.ENDED, valid_to=last)


def tell(parties: Iterable[Party], actor: Actor) -> None:
    """Let search and everybody who listens follow a change of numbers."""
    parties = list(parties)
    ids = [party.pk for party in parties]
    SearchToken.objects.refresh(Customer.objects.filter(party__in=ids).values_list("pk", flat=True))
    for party in parties:
        Party.objects.filter(pk=party.pk).update(updated_at=timezone.now())
        publish(
            PartyUpdated(party_id=party.pk, party_kind=party.kind, changed=["identifiers"]),
            actor=actor,
        )
