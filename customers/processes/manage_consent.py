"""Manage Consent: keep what a party allowed, for which purpose and channel, with the proof."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import ConsentChanged
from crm.events.publish import publish
from customers import consent_catalogue
from customers.models import Consent, ConsentPurpose, Customer, Party

ETOM = "1.3.6.2"


@transaction.atomic
def record_consent(
    *,
    party_id: int,
    purpose_key: str,
    channel: str = "any",
    given: bool,
    source: str,
    wording: str = "",
    interaction: UUID | None = None,
    customer_id: int | None = None,
    actor: Actor,
) -> Consent:
    """Record one answer, yes or no; the earlier answer is superseded and both stay.

    An answer for every channel ("any") also replaces what was said for single channels; a later
    answer for one channel then narrows it again. The same answer said twice changes nothing.
    """
    require(actor, "customers.record_consent")
    party = Party.objects.visible_to(actor).lock(party_id)
    purpose = _purpose(purpose_key)
    _refuse_against_the_law(purpose, given=given)
    answer = Consent(
        party=party,
        purpose=purpose,
        channel=channel,
        given=given,
        captured_by=actor.name,
        source=source,
        wording=wording,
        interaction=interaction,
    )
    if same := _said_already(answer):
        return same
    _take_the_place(answer)
    event = ConsentChanged(
        party_id=party.pk,
        customer_id=customer_id or _only_customer(party),
        purpose=purpose.key,
        channel=channel,
        given=given,
    )
    publish(event, actor=actor)
    return answer


def _refuse_against_the_law(purpose: ConsentPurpose, *, given: bool) -> None:
    if purpose.basis == ConsentPurpose.Basis.LEGAL and not given:
        raise RuleBroken(
            "purpose-cannot-be-refused",
            _("The law requires these notices. Nothing was changed."),
            field="purpose",
            kind="invalid",
        )


def _standing(answer: Consent) -> QuerySet[Consent]:
    return Consent.objects.in_force().filter(party=answer.party, purpose=answer.purpose)


def _said_already(answer: Consent) -> Consent | None:
    """The same answer, given in the same place with the same words."""
    return (
        _standing(answer)
        .filter(
            channel=answer.channel,
            given=answer.given,
            source=answer.source,
            wording=answer.wording,
            interaction=answer.interaction,
        )
        .first()
    )


def _take_the_place(answer: Consent) -> None:
    """What was in force for the channel, or for every one, is superseded; both stay."""
    standing = _standing(answer)
    replaced = standing if answer.channel == "any" else standing.filter(channel=answer.channel)
    answer.captured_at = timezone.now()
    replaced.update(superseded_at=answer.captured_at)
    answer.save()


def _purpose(key: str) -> ConsentPurpose:
    shipped = consent_catalogue.shipped(key)
    if shipped is not None:
        found, _made = ConsentPurpose.objects.get_or_create(
            key=key,
            defaults={
                "name": shipped.name,
                "description": shipped.description,
                "basis": shipped.basis,
                "allowed_by_default": shipped.allowed_by_default,
            },
        )
        return found
    own = ConsentPurpose.objects.filter(key=key).first()
    if own is None:
        raise RuleBroken(
            "unknown-purpose",
            _("There is no purpose “%(key)s” in the consent catalogue.") % {"key": key},
            field="purpose",
            kind="input",
        )
    return own


def _only_customer(party: Party) -> int | None:
    ids = Customer.objects.live().filter(party=party, removed_at=None).values_list("pk", flat=True)
    found = list(ids[:2])
    return found[0] if len(found) == 1 else None
