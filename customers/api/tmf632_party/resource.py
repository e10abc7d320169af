"""Individuals and organisations as TMF632 shows them, and their way into the processes."""

from typing import Any

from django.db.models import Case, CharField, F, Q, TextField, When
from django.db.models.functions import Cast, Left, Length
from django.db.models.lookups import Exact, GreaterThan

from crm.events.catalogue import PartyCreated, PartyRemoved, PartyUpdated
from crm.tmf.apis import Api, register
from crm.tmf.rendering import Day, Joined, first_of, given, text_or_none, word
from crm.tmf.resource import Attribute, Caller, Change, Publication, Resource, kept
from crm.tmf.shapes import (
    ATTACHMENT,
    CHARACTERISTIC,
    EXTERNAL_REFERENCE,
    MOMENT,
    PERIOD,
    RELATED_PARTY,
    TEXT,
    Choice,
    Flag,
    Many,
    Media,
    Moment,
    Number,
    Text,
    obj,
    ref,
)
from customers.answering import party_answering
from customers.api import contact
from customers.api.kept import as_given
from customers.api.tmf632_party import serializers
from customers.models import Party
from customers.processes import record_customer as recording
from customers.processes import update_information as updating

PATH = "/tmf-api/party/v4"
INDIVIDUAL_STATES = ("initialized", "validated", "deceaded", "deceased")
ORGANIZATION_STATES = ("initialized", "validated", "closed")
CONTACT_MEDIUM = Media().shape()
CREDIT_RATING = obj(
    "PartyCreditProfile",
    creditAgencyName=TEXT,
    creditAgencyType=TEXT,
    ratingReference=TEXT,
    ratingScore=Number(whole=True),
    validFor=PERIOD,
)
DISABILITY = obj("Disability", disabilityCode=TEXT, disabilityName=TEXT, validFor=PERIOD)


def _identification(name: str) -> Any:
    return obj(
        name,
        identificationId=TEXT,
        identificationType=TEXT,
        issuingAuthority=TEXT,
        issuingDate=MOMENT,
        attachment=ATTACHMENT,
        validFor=PERIOD,
    )


LANGUAGE = obj(
    "LanguageAbility",
    isFavouriteLanguage=Flag(),
    languageCode=TEXT,
    languageName=TEXT,
    listeningProficiency=TEXT,
    readingProficiency=TEXT,
    speakingProficiency=TEXT,
    writingProficiency=TEXT,
    validFor=PERIOD,
)
_NAMES = (
    "aristocraticTitle",
    "familyName",
    "familyNamePrefix",
    "formattedName",
    "fullName",
    "generation",
    "givenName",
    "legalName",
    "middleName",
    "preferredGivenName",
    "title",
)
OTHER_NAME = obj("OtherNameIndividual", validFor=PERIOD, **dict.fromkeys(_NAMES, TEXT))
OTHER_ORGANIZATION_NAME = obj(
    "OtherNameOrganization", name=TEXT, nameType=TEXT, tradingName=TEXT, validFor=PERIOD
)
SKILL = obj(
    "Skill", comment=TEXT, evaluatedLevel=TEXT, skillCode=TEXT, skillName=TEXT, validFor=PERIOD
)
TAX = obj(
    "TaxExemptionCertificate",
    id=TEXT,
    attachment=ATTACHMENT,
    taxDefinition=Many(ref("TaxDefinition", taxType=TEXT)),
    validFor=PERIOD,
)
ORGANIZATION_REF = ref("OrganizationRef", "id")


def _relationship(name: str) -> Any:
    return obj(name, relationshipType=TEXT, organization=ORGANIZATION_REF)


_SHARED_LISTS = (
    kept("creditRating", Many(CREDIT_RATING)),
    kept("externalReference", Many(EXTERNAL_REFERENCE)),
    kept("partyCharacteristic", Many(CHARACTERISTIC)),
    kept("relatedParty", Many(RELATED_PARTY)),
    kept("taxExemptionCertificate", Many(TAX)),
)
_CONTACT_MEDIUM = Attribute(
    "contactMedium", Joined(contact.rendered("pk")), Many(CONTACT_MEDIUM), json=True
)


def _column(name: str, column: str, length: int, **more: Any) -> Attribute:
    return Attribute(name, text_or_none(column), Text(length, **more.pop("text", {})), **more)


def _day(name: str, column: str) -> Attribute:
    """As given while that day is still the one we hold; filters compare the day."""
    said = given(name, text=True)
    held = Cast(F(column), CharField())
    # A plain date is accepted, and told as the date-time the specification asks for.
    precise = _same(Left(said, 10), held) & Q(GreaterThan(Length(said), 10))
    shown = Case(
        When(**{column: None}, then=said),
        When(precise, then=said),
        default=Day(F(column)),
        output_field=TextField(),
    )
    return Attribute(name, shown, Moment(), compare=F(column))


def _same(left: Any, right: Any) -> Q:
    return Q(Exact(left, right))


def _status(words: dict[str, str]) -> Attribute:
    """In the spelling of this version, or the one the client used for the same state."""
    said = given("status", text=True)
    canonical = Case(
        *(When(status=state, then=word(spelt)) for state, spelt in words.items()),
        default=F("status"),
        output_field=TextField(),
    )
    same = Case(
        When(_same(said, word("deceased")), then=word("deceaded")),
        default=said,
        output_field=TextField(),
    )
    shown = Case(When(_same(same, canonical), then=said), default=canonical)
    states = INDIVIDUAL_STATES if "deceased" in words else ORGANIZATION_STATES
    return Attribute("status", shown, Choice(states), also=(F("status"), canonical))


def _polymorphic(title: str) -> tuple[Attribute, ...]:
    return (
        Attribute("@type", first_of(given("@type", text=True), word(title)), always=True),
        kept("@baseType"),
        kept("@schemaLocation"),
    )


def create_individual(body: dict[str, Any], caller: Caller) -> int:
    """POST: recorded even if the same person is recorded already."""
    return _create(INDIVIDUAL, body, serializers.individual_fields(body), caller)


def create_organization(body: dict[str, Any], caller: Caller) -> int:
    """POST: recorded even if the same organisation is recorded already."""
    return _create(ORGANIZATION, body, serializers.organization_fields(body), caller)


def _create(
    resource: Resource, body: dict[str, Any], fields: dict[str, Any], caller: Caller
) -> int:
    party = recording.record_party(
        kind=resource.subject,
        fields=fields,
        contact_media=contact.recorded(body.get("contactMedium") or []),
        source=caller.actor.name[:60],
        as_given=as_given(resource, body, _kept_of(resource)),
        actor=caller.actor,
    )
    return party.pk


def _kept_of(resource: Resource) -> list[str]:
    ours = {"contactMedium", *serializers.INDIVIDUAL_COLUMNS, *serializers.ORGANIZATION_COLUMNS}
    return [one.name for one in resource.attributes if one.name not in ours]


def update_individual(pk: int, change: Change, caller: Caller) -> None:
    _update(INDIVIDUAL, pk, change, serializers.individual_fields(change.after), caller)


def update_organization(pk: int, change: Change, caller: Caller) -> None:
    _update(ORGANIZATION, pk, change, serializers.organization_fields(change.after), caller)


def _update(
    resource: Resource, pk: int, change: Change, fields: dict[str, Any], caller: Caller
) -> None:
    """PATCH: the columns and the kept attributes become those of the new document."""
    media = None
    if "contactMedium" in change.changed:
        media = contact.recorded(change.after.get("contactMedium") or [])
    updating.update_party(
        party_id=pk,
        changes={**fields, "as_given": as_given(resource, change.after, _kept_of(resource))},
        contact_media=media,
        expected_revision=change.expected_revision,
        trigger="customer-notified",
        actor=caller.actor,
    )


def remove(pk: int, caller: Caller) -> None:
    updating.remove_party(party_id=pk, actor=caller.actor)


def _publications(kind: str, title: str) -> tuple[Publication, ...]:
    def mine(event: Any) -> bool:
        return bool(event.party_kind == kind)

    return (
        Publication(PartyCreated, f"{title}CreateEvent", "party_id", when=mine),
        Publication(
            PartyUpdated,
            f"{title}AttributeValueChangeEvent",
            "party_id",
            when=lambda event: mine(event) and set(event.changed) != {"status"},
        ),
        Publication(
            PartyUpdated,
            f"{title}StateChangeEvent",
            "party_id",
            when=lambda event: mine(event) and "status" in event.changed,
        ),
        Publication(PartyRemoved, f"{title}DeleteEvent", "party_id", when=mine, gone=True),
    )


INDIVIDUAL = Resource(
    path=f"{PATH}/individual",
    title="Individual",
    model=Party,
    visible=lambda actor: Party.objects.visible_to(actor).individuals(),
    view_permissions=("customers.view_party",),
    view_all="customers.view_party",
    subject="individual",
    attributes=(
        _column("givenName", "given_name", 120, text={"min_length": 1}, required=True),
        _column("familyName", "family_name", 120, text={"min_length": 1}, required=True),
        _column("middleName", "middle_name", 120),
        _column("preferredGivenName", "preferred_name", 120),
        _column("title", "title", 40),
        _column("gender", "gender", 40),
        _column("nationality", "nationality", 60),
        _column("maritalStatus", "marital_status", 40),
        Attribute(
            "fullName", first_of(given("fullName", text=True), text_or_none("name")), Text(250)
        ),
        _day("birthDate", "birth_date"),
        _day("deathDate", "death_date"),
        *(
            kept(name, Text(250))
            for name in (
                "aristocraticTitle",
                "countryOfBirth",
                "familyNamePrefix",
                "formattedName",
                "generation",
                "legalName",
                "location",
                "placeOfBirth",
            )
        ),
        _status(
            {
                "initialized": "initialized",
                "validated": "validated",
                "deceased": "deceaded",
                "closed": "validated",
            }
        ),
        _CONTACT_MEDIUM,
        kept("disability", Many(DISABILITY)),
        kept("individualIdentification", Many(_identification("IndividualIdentification"))),
        kept("languageAbility", Many(LANGUAGE)),
        kept("otherName", Many(OTHER_NAME)),
        kept("skill", Many(SKILL)),
        *_SHARED_LISTS,
        *_polymorphic("Individual"),
    ),
    create=create_individual,
    answering=party_answering,
    update=update_individual,
    remove=remove,
    publications=_publications("individual", "Individual"),
)

ORGANIZATION = Resource(
    path=f"{PATH}/organization",
    title="Organization",
    model=Party,
    visible=lambda actor: Party.objects.visible_to(actor).organizations(),
    view_permissions=("customers.view_party",),
    view_all="customers.view_party",
    subject="organization",
    attributes=(
        _column("tradingName", "trading_name", 250, text={"min_length": 1}, required=True),
        _column("name", "name", 250),
        _column("organizationType", "organization_type", 80),
        kept("nameType", Text(250)),
        kept("isHeadOffice", Flag()),
        kept("isLegalEntity", Flag()),
        kept("existsDuring", PERIOD),
        _status({"initialized": "initialized", "validated": "validated", "closed": "closed"}),
        _CONTACT_MEDIUM,
        kept(
            "organizationChildRelationship",
            Many(_relationship("OrganizationChildRelationship")),
        ),
        kept("organizationIdentification", Many(_identification("OrganizationIdentification"))),
        kept("organizationParentRelationship", _relationship("OrganizationParentRelationship")),
        kept("otherName", Many(OTHER_ORGANIZATION_NAME)),
        *_SHARED_LISTS,
        *_polymorphic("Organization"),
    ),
    create=create_organization,
    answering=party_answering,
    update=update_organization,
    remove=remove,
    publications=_publications("organization", "Organization"),
)

TMF632 = register(
    Api(
        number=632,
        path="party/v4",
        aliases=("partyManagement/v4",),
        title="Party Management",
        resources=(INDIVIDUAL, ORGANIZATION),
    )
)
