"""The customer as TMF629 shows it, and its way into the processes."""

from typing import Any

from django.db.models import Case, F, JSONField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import Exact

from crm.events.catalogue import (
    CustomerCreated,
    CustomerRemoved,
    CustomerStatusChanged,
    CustomerTerminated,
    CustomerUpdated,
)
from crm.tmf.apis import Api, register
from crm.tmf.rendering import (
    AsText,
    Instant,
    Joined,
    Listed,
    Overlay,
    Parts,
    first_of,
    given,
    link,
    text_or_none,
    word,
)
from crm.tmf.resource import Attribute, Caller, Change, Publication, Resource, kept
from crm.tmf.shapes import (
    CHARACTERISTIC,
    MOMENT,
    PERIOD,
    RELATED_PARTY,
    Many,
    Media,
    Number,
    Text,
    obj,
    ref,
)
from customers.answering import customer_answering
from customers.api import contact
from customers.api.kept import as_given
from customers.api.tmf629_customer import serializers
from customers.models import Account, Agreement, Customer, Party
from customers.processes import record_customer as recording
from customers.processes import update_information as updating
from customers.processes.manage_relationship import end_services
from customers.processes.terminate_relationship import terminate_relationship

PATH = "/tmf-api/customerManagement/v4/customer"
PARTY_PATH = "/tmf-api/party/v4"
ACCOUNT = ref("AccountRef", description=Text())
AGREEMENT = ref("AgreementRef", "id")
PAYMENT_METHOD = ref("PaymentMethodRef", "id")
CONTACT_MEDIUM = Media("CustomerContactMedium", ("mediumType", "characteristic")).shape()
# The profile asks for what kind of party it is; the related parties of a list may leave it out.
ENGAGED_PARTY = ref("EngagedParty", "id", role=Text())
CREDIT_PROFILE = obj(
    "CreditProfile",
    "creditProfileDate",
    "validFor",
    creditProfileDate=MOMENT,
    creditRiskRating=Number(whole=True),
    creditScore=Number(whole=True),
    validFor=PERIOD,
)


def _engaged_party() -> Any:
    """The party we hold, under what the client said of it; else just what the client said."""
    organization = When(party__kind=Party.Kind.ORGANIZATION, then=word("Organization"))
    kind = Case(organization, default=word("Individual"))
    where = Case(
        When(party__kind=Party.Kind.ORGANIZATION, then=word(f"{PARTY_PATH}/organization/")),
        default=word(f"{PARTY_PATH}/individual/"),
    )
    held = Parts(
        **{
            "id": AsText(F("party__public_id")),
            "href": link(where, F("party__public_id")),
            "name": text_or_none("party__name"),
            "@referredType": kind,
            "@type": word("RelatedParty"),
        }
    )
    nobody = Parts(
        **{
            "id": word("unknown"),
            "name": F("name"),
            "@referredType": word("Party"),
            "@type": word("RelatedParty"),
        }
    )
    said = given("engagedParty")
    return Case(
        When(party=None, then=Coalesce(said, nobody, output_field=JSONField())),
        default=Overlay(held, Coalesce(said, Value({}, output_field=JSONField()))),
        output_field=JSONField(),
    )


def _accounts() -> Any:
    item = Parts(
        **{
            "id": AsText(F("public_id")),
            "name": F("number"),
            "@referredType": word("BillingAccount"),
            "@type": word("AccountRef"),
        }
    )
    return Joined(Listed(Account.objects.filter(customer=OuterRef("pk")), item), given("account"))


def _agreements() -> Any:
    item = Parts(
        **{
            "id": AsText(F("public_id")),
            "name": F("name"),
            "@referredType": word("Agreement"),
            "@type": word("AgreementRef"),
        }
    )
    rows = Agreement.objects.filter(customer=OuterRef("pk"))
    return Joined(Listed(rows, item), given("agreement"))


def _valid_for() -> Any:
    """As given while its beginning is still the one we hold, else from our own dates."""
    ours = Parts(startDateTime=Instant(F("since")), endDateTime=Instant(F("ended_at")))
    same = Q(
        Exact(
            Coalesce(given(serializers.SINCE, text=True), word("")),
            Coalesce(Instant(F("since")), word("")),
        )
    )
    return Case(
        When(same & Q(ended_at=None), then=given("validFor")),
        default=NullIf(ours, Value({}, output_field=JSONField())),
        output_field=JSONField(),
    )


def create(body: dict[str, Any], caller: Caller) -> int:
    """POST: one customer, whatever else may be recorded already."""
    party = serializers.engaged_party(body, caller.actor)
    kept_parts = serializers.only_given(body, party, None)
    customer = recording.record_customer(
        name=body["name"],
        party_id=party.pk if party else None,
        type=_customer_type(party),
        fields=serializers.own_fields(body),
        source=caller.actor.name[:60],
        as_given=_kept(kept_parts),
        actor=caller.actor,
    )
    if party and body.get("contactMedium"):
        _add_media(party, body["contactMedium"], caller)
    return customer.pk


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    return as_given(CUSTOMER, body, serializers.KEPT) | serializers.since_as_held(body)


def _customer_type(party: Party | None) -> str:
    business = party is not None and party.kind == Party.Kind.ORGANIZATION
    return Customer.Type.BUSINESS if business else Customer.Type.CONSUMER


def _add_media(party: Party, media: list[dict[str, Any]], caller: Caller) -> None:
    """What a new customer brings joins what the party has; nothing is taken away."""
    standing = [
        {
            "type": one.type,
            "type_as_given": one.type_as_given,
            "value": one.value,
            "characteristic": one.characteristic,
            "role": one.role,
            "preferred": one.preferred,
        }
        for one in party.contact_media.current()
    ]
    _replace_media(party, [*standing, *contact.recorded(media)], caller)


def _replace_media(party: Party, media: list[dict[str, Any]], caller: Caller) -> None:
    updating.update_party(
        party_id=party.pk,
        changes={},
        contact_media=media,
        trigger="customer-notified",
        actor=caller.actor,
    )


def update(pk: int, change: Change, caller: Caller) -> None:
    """PATCH: the columns and the kept attributes become those of the new document."""
    customer = Customer.objects.get(pk=pk)
    party = customer.party
    if "engagedParty" in change.changed:
        party = serializers.engaged_party(change.after, caller.actor)
    kept_parts = serializers.only_given(change.after, party, customer)
    changes = serializers.own_fields(change.after)
    if "validFor" not in change.changed:
        changes.pop("since")
    ending = None
    if "status" in change.changed:
        ending = serializers.ENDING.get(str(change.after.get("status") or "").lower())
    if "status" not in change.changed or ending:
        changes.pop("status", None)
        changes.pop("status_as_given")
    updating.update_customer(
        customer_id=pk,
        changes={
            **changes,
            "name": change.after["name"],
            "party_id": party.pk if party else None,
            "as_given": _kept(kept_parts),
        },
        expected_revision=change.expected_revision,
        trigger="customer-notified",
        actor=caller.actor,
    )
    if party and "contactMedium" in change.changed:
        _replace_media(party, contact.recorded(change.after.get("contactMedium") or []), caller)
    if ending:
        _end(pk, ending, str(change.after.get("statusReason") or ""), caller)


def _end(pk: int, ending: str, reason: str, caller: Caller) -> None:
    """PATCH of the status to one that ends: the reason is one of the four, or any for services."""
    if ending == Customer.Status.TERMINATED:
        terminate_relationship(customer_id=pk, reason=reason, actor=caller.actor)
    else:
        end_services(customer_id=pk, reason=reason, actor=caller.actor)


def remove(pk: int, caller: Caller) -> None:
    updating.remove_customer(customer_id=pk, actor=caller.actor)


def _only_status(event: CustomerUpdated) -> bool:
    return bool(event.changed) and set(event.changed) <= {
        "status",
        "status_as_given",
        "status_reason",
    }


CUSTOMER = Resource(
    path=PATH,
    title="Customer",
    model=Customer,
    visible=Customer.objects.visible_to,
    view_permissions=("customers.view_customer", "customers.view_all_customers"),
    view_all="customers.view_all_customers",
    subject="customer",
    attributes=(
        Attribute("name", F("name"), Text(250, 1), required=True, always=True),
        Attribute(
            "status",
            first_of(text_or_none("status_as_given"), F("status")),
            Text(60),
            also=(F("status"),),
        ),
        Attribute("statusReason", text_or_none("status_reason"), Text(200)),
        Attribute(
            "engagedParty", _engaged_party(), ENGAGED_PARTY, json=True, required=True, always=True
        ),
        Attribute("account", _accounts(), Many(ACCOUNT), json=True),
        Attribute("agreement", _agreements(), Many(AGREEMENT), json=True),
        Attribute(
            "characteristic",
            Joined(F("characteristics")),
            Many(CHARACTERISTIC),
            json=True,
        ),
        Attribute(
            "contactMedium",
            Joined(contact.rendered("party"), given("contactMedium")),
            Many(CONTACT_MEDIUM),
            json=True,
        ),
        kept("creditProfile", Many(CREDIT_PROFILE)),
        kept("paymentMethod", Many(PAYMENT_METHOD)),
        kept("relatedParty", Many(RELATED_PARTY)),
        Attribute("validFor", _valid_for(), PERIOD, json=True),
        Attribute("@type", first_of(given("@type", text=True), word("Customer")), always=True),
        kept("@baseType"),
        kept("@schemaLocation"),
    ),
    create=create,
    answering=customer_answering,
    update=update,
    remove=remove,
    publications=(
        Publication(CustomerCreated, "CustomerCreateEvent", "customer_id"),
        Publication(
            CustomerUpdated,
            "CustomerAttributeValueChangeEvent",
            "customer_id",
            when=lambda event: not _only_status(event),
        ),
        Publication(
            CustomerUpdated,
            "CustomerStateChangeEvent",
            "customer_id",
            when=lambda event: bool({"status", "status_as_given"} & set(event.changed)),
        ),
        # A plain change of the field is told by CustomerUpdated; the steps of the life by these.
        Publication(
            CustomerStatusChanged,
            "CustomerStateChangeEvent",
            "customer_id",
            when=lambda event: not event.plain,
        ),
        Publication(CustomerTerminated, "CustomerStateChangeEvent", "customer_id"),
        Publication(CustomerRemoved, "CustomerDeleteEvent", "customer_id", gone=True),
    ),
)

TMF629 = register(
    Api(
        number=629,
        path="customerManagement/v4",
        title="Customer Management",
        resources=(CUSTOMER,),
    )
)
