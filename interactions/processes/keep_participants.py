"""Update Customer Interaction: who takes part in a matter, and as what."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from customers.contact_points import written
from customers.models import ContactMedium, Party
from interactions.models import Interaction, Participant
from interactions.processes.track_interaction.timeline import append, work_on
from interactions.processes.update_interaction.handing import still_open

ETOM = "1.3.5.2"

AT_MOST: Final = 20


@transaction.atomic
def add_participant(
    *,
    interaction_id: int,
    name: str = "",
    address: str = "",
    role: str = Participant.Role.CONTACT,
    copied: bool = False,
    actor: Actor,
) -> Participant:
    """Let somebody take part; what they write from this address is read here. Once is enough.

    The timeline names the role and no person: who it was stands where it can be masked.
    """
    require(actor, "interactions.update_interaction")
    interaction = still_open(work_on(interaction_id, actor=actor))
    if role not in Participant.Role.values:
        raise _refused("unknown-role", _("There is no such role."), "role")
    called, at = " ".join(name.split())[:160], _address(address)
    if not called and not at:
        raise _refused("nobody-named", _("Say who: a name or an address."), "name")
    if copied and "@" not in at:
        raise _refused("no-copy", _("A copy goes to an e-mail address."), "address")
    known = interaction.participants.taking_part().filter(address__iexact=at) if at else None
    if known is not None and (found := known.first()):
        return found
    return _join(interaction, Participant(role=role, name=called, address=at, copied=copied), actor)


@transaction.atomic
def remove_participant(*, participant_id: int, actor: Actor) -> Participant:
    """They no longer take part: what they write is a matter of its own again."""
    require(actor, "interactions.update_interaction")
    found, interaction = _locked(participant_id, actor)
    if found.removed_at is None:
        _leaves(interaction, found, actor)
    return found


@transaction.atomic
def bring_back_participant(*, participant_id: int, actor: Actor) -> Participant:
    """They take part again."""
    require(actor, "interactions.update_interaction")
    found, interaction = _locked(participant_id, actor)
    if found.removed_at is not None and not _is_there(interaction, found):
        _refuse_crowd(interaction)
        found.removed_at = None
        found.save(update_fields=["removed_at"])
        _said(interaction, "participant_added", found, actor)
    return found


@transaction.atomic
def note_given(*, interaction_id: int, related: Iterable[Mapping[str, Any]], actor: Actor) -> None:
    """Whom a partner's document names besides the customer, where we know the party.

    Whom it named before and names no longer takes no part any more.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    mine = interaction.customer.party_id if interaction.customer else None
    named = {party.pk: (role, party) for role, party in _known(related) if party.pk != mine}
    taking_part = interaction.participants.taking_part()
    for gone in taking_part.filter(given=True).exclude(party__in=named):
        _leaves(interaction, gone, actor)
    there = set(taking_part.values_list("party", flat=True))
    for pk, (role, party) in named.items():
        if pk not in there:
            _join(interaction, Participant(role=role, party=party, given=True), actor)


def has_a_part(interaction: Interaction, address: str) -> bool:
    """Whether this address is that of somebody who takes part."""
    rows = interaction.participants.taking_part()
    if rows.filter(address__iexact=address).exists():
        return True
    parties = list(rows.exclude(party=None).values_list("party", flat=True))
    theirs = ContactMedium.objects.current().filter(party__in=parties)
    same = Q(normalised__iexact=address) | Q(value__iexact=address)
    return bool(parties) and theirs.filter(same).exists()


def _address(text: str) -> str:
    """An e-mail address or a number as such things are compared."""
    said = text.strip()
    if not said:
        return ""
    if "@" in said:
        try:
            validate_email(said)
        except ValidationError:
            raise _refused("no-address", _("This is no e-mail address."), "address") from None
        return said.lower()
    number = written(ContactMedium.Type.PHONE, said, region=settings.CRM_REGION).normalised
    if not number:
        raise _refused("no-address", _("Write an e-mail address or a phone number."), "address")
    return number


def _known(related: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, Party]]:
    roles = {role.lower(): role for role in Participant.Role.values}
    said: dict[UUID, str] = {}
    for one in related:
        with suppress(ValueError):
            role = roles.get(str(one.get("role") or "").lower(), Participant.Role.CONTACT)
            said.setdefault(UUID(str(one.get("id"))), role)
    for party in Party.objects.filter(public_id__in=said).order_by("pk"):
        yield said[party.public_id], party


def _is_there(interaction: Interaction, found: Participant) -> bool:
    """Whether the same party or address takes part by another entry."""
    same = Q(party__isnull=False, party=found.party_id)
    if found.address:
        same |= Q(address__iexact=found.address)
    return interaction.participants.taking_part().filter(same).exists()


def _refuse_crowd(interaction: Interaction) -> None:
    if interaction.participants.taking_part().count() >= AT_MOST:
        raise _refused(
            "participants-enough", _("At most %(n)d take part in one.") % {"n": AT_MOST}, "name"
        )


def _leaves(interaction: Interaction, found: Participant, actor: Actor) -> None:
    found.removed_at = timezone.now()
    found.save(update_fields=["removed_at"])
    _said(interaction, "participant_removed", found, actor)


def _join(interaction: Interaction, found: Participant, actor: Actor) -> Participant:
    _refuse_crowd(interaction)
    found.interaction, found.added_by = interaction, actor.name
    found.save(force_insert=True)
    _said(interaction, "participant_added", found, actor)
    return found


def _locked(participant_id: int, actor: Actor) -> tuple[Participant, Interaction]:
    about = Participant.objects.values_list("interaction", flat=True).get(pk=participant_id)
    interaction = work_on(about, actor=actor)
    return interaction.participants.get(pk=participant_id), interaction


def _said(interaction: Interaction, type: str, found: Participant, actor: Actor) -> None:
    append(interaction, type, actor=actor, participant=str(found.public_id), role=found.role)
    publish(
        InteractionUpdated(interaction_id=interaction.pk, changed=["participants"]), actor=actor
    )


def _refused(code: str, sentence: str, field: str) -> RuleBroken:
    return RuleBroken(code, sentence, field=field, kind="invalid")
