"""The interaction as TMF683 shows it, and its way into the processes."""

from collections.abc import Container
from typing import Any

from django.db.models import Case, F, JSONField, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from crm.events.catalogue import (
    InteractionLogged,
    InteractionRemoved,
    InteractionStatusChanged,
    InteractionUpdated,
)
from crm.tmf import errors
from crm.tmf.apis import Api, register
from crm.tmf.rendering import (
    AsText,
    Instant,
    Joined,
    Listed,
    OneItem,
    Parts,
    first_of,
    given,
    link,
    text_or_none,
    word,
)
from crm.tmf.resource import Attribute, Caller, Change, Publication, Resource, kept
from crm.tmf.shapes import (
    ATTACHMENT,
    CHARACTERISTIC,
    MOMENT,
    NOTE,
    PERIOD,
    RELATED_PARTY,
    TEXT,
    Many,
    Moment,
    Text,
    obj,
    ref,
)
from customers.models import Customer
from interactions.api.tmf683_party_interaction import serializers
from interactions.models import Interaction, InteractionItem, Participant
from interactions.processes import close_interaction, log_interaction, update_interaction
from interactions.processes.fill_own_fields import keep_characteristics
from interactions.processes.keep_participants import note_given
from readiness.registry.resolve import CapabilityOff

PATH = "/tmf-api/partyInteraction/v4/partyInteraction"
CUSTOMER_PATH = "/tmf-api/customerManagement/v4/customer/"
CHANNEL = ref("RelatedChannel", "id", role=TEXT)
ITEM = obj(
    "InteractionItem",
    id=TEXT,
    creationDate=MOMENT,
    reason=TEXT,
    resolution=TEXT,
    attachment=Many(ATTACHMENT),
    channel=Many(CHANNEL),
    item=ref("RelatedEntityRefOrValue", role=TEXT),
    itemDate=PERIOD,
    note=Many(NOTE),
    relatedParty=Many(RELATED_PARTY),
)
RELATIONSHIP = obj("InteractionRelationship", id=TEXT, href=TEXT, relationshipType=TEXT)
KEPT = (
    "status",
    "statusChangeDate",
    "creationDate",
    "direction",
    "reason",
    "channel",
    "interactionDate",
    "relatedParty",
    "attachment",
    "interactionItem",
    "interactionRelationship",
    "note",
    "@type",
    "@baseType",
    "@schemaLocation",
)


def _status() -> Any:
    """As given while our state still has the word it had then, else that word."""
    ours = _word()
    said = given("status", text=True)
    same = Q(Exact(given(serializers.STATUS_WORD, text=True), ours))
    return Case(When(same, then=Coalesce(said, ours)), default=ours, output_field=TextField())


def _word() -> Any:
    return Case(
        *(When(status=state, then=word(spelt)) for state, spelt in serializers.WORDS.items()),
        default=F("status"),
        output_field=TextField(),
    )


def _channel() -> Any:
    ours = Parts(**{"id": F("channel"), "name": F("channel"), "@type": word("RelatedChannel")})
    return Coalesce(given("channel"), OneItem(ours), output_field=JSONField())


def _related_party() -> Any:
    ours = Parts(
        **{
            "id": AsText(F("customer__public_id")),
            "href": link(word(CUSTOMER_PATH), F("customer__public_id")),
            "name": F("customer__name"),
            "role": word("customer"),
            "@referredType": word("Customer"),
            "@type": word("RelatedParty"),
        }
    )
    document = Case(
        When(as_given__has_key="relatedParty", then=given("relatedParty")),
        When(customer__isnull=False, then=OneItem(ours)),
        output_field=JSONField(),
    )
    return Joined(document, Listed(_taking_part(), _participant()))


def _taking_part() -> Any:
    """Who was added by hand; whom the document itself names stands in it already."""
    return Participant.objects.taking_part().filter(interaction=OuterRef("pk"), given=False)


def _participant() -> Parts:
    return Parts(
        **{
            "id": AsText(F("public_id")),
            "name": NullIf(F("name"), Value("", output_field=TextField())),
            "role": F("role"),
            "@referredType": word(serializers.PARTICIPANT),
            "@type": word("RelatedParty"),
        }
    )


def _interaction_date() -> Any:
    # History imported without the time it ended has its end at its beginning: that is no end.
    ended = NullIf(F("completed_at"), F("opened_at"))
    ours = Parts(startDateTime=Instant(F("opened_at")), endDateTime=Instant(ended))
    return Coalesce(given("interactionDate"), ours, output_field=JSONField())


def _items() -> Any:
    """The subjects of the contact, each with what came of it."""
    item = Parts(
        **{
            "id": AsText(F("public_id")),
            "creationDate": Instant(F("opened_at")),
            "reason": F("subject"),
            "resolution": NullIf(F("outcome"), Value("", output_field=TextField())),
            "itemDate": Parts(
                startDateTime=Instant(F("opened_at")), endDateTime=Instant(F("settled_at"))
            ),
            "@type": word("InteractionItem"),
        }
    )
    rows = InteractionItem.objects.filter(interaction=OuterRef("pk"))
    return NullIf(Listed(rows, item), Value([], output_field=JSONField()))


def create(body: dict[str, Any], caller: Caller) -> int:
    """POST: a contact that took place is recorded, whatever it refers to."""
    customer = serializers.customer_of(body, caller.actor)
    interaction = log_interaction.log_interaction(
        customer_id=customer.pk if customer else None,
        channel=serializers.channel_of(body),
        direction=serializers.direction_of(body),
        reason_key=serializers.reason_key(body),
        subject=serializers.subject_of(body),
        text=str(body.get("description") or ""),
        occurred_at=serializers.occurred_at(body),
        status=serializers.status_of(body),
        source=caller.actor.name[:60],
        as_given=serializers.as_given(PARTY_INTERACTION, body, KEPT),
        actor=caller.actor,
    )
    _besides(interaction.pk, body, body, caller, customer, new=True)
    return interaction.pk


def _besides(
    pk: int,
    body: dict[str, Any],
    said: Container[str],
    caller: Caller,
    customer: Customer | None = None,
    *,
    new: bool = False,
) -> None:
    """What a document says in parts with a process of their own: own fields, who takes part."""
    if "characteristic" in said:
        fields = body.get("characteristic") or []
        keep_characteristics(interaction_id=pk, given=fields, actor=caller.actor)
    if "relatedParty" in said:
        others = serializers.others_named(body, customer)
        # Of one that stood already, whom it named before may have to go.
        if others or not new:
            note_given(interaction_id=pk, related=others, actor=caller.actor)


def update(pk: int, change: Change, caller: Caller) -> None:
    """PATCH: the interaction says of itself what the new document says."""
    body = change.after
    kept_parts = serializers.as_given(PARTY_INTERACTION, body, KEPT)
    interaction = Interaction.objects.get(pk=pk)
    if "status" not in change.changed:
        standing = interaction.as_given
        for name in ("status", serializers.STATUS_WORD):
            kept_parts.pop(name, None)
            if name in standing:
                kept_parts[name] = standing[name]
    changes: dict[str, Any] = {"as_given": kept_parts}
    if "description" in change.changed:
        changes["description"] = str(body.get("description") or "")
    if "reason" in change.changed:
        changes["reason"] = serializers.reason_key(body)
        changes["subject"] = serializers.subject_of(body)[:250]
    if "relatedParty" in change.changed:
        customer = serializers.customer_of(body, caller.actor)
        changes["customer_id"] = customer.pk if customer else interaction.customer_id
    wanted = serializers.status_of(body) if "status" in change.changed else interaction.status
    moves = serializers.WORDS[wanted] != serializers.WORDS[interaction.status]
    # Ending has its own processes, with what they ask for.
    if moves and wanted not in {Interaction.Status.COMPLETED, Interaction.Status.CANCELLED}:
        changes["status"] = wanted
    update_interaction.change_fields(
        interaction_id=pk,
        changes=changes,
        expected_revision=change.expected_revision,
        actor=caller.actor,
    )
    _besides(pk, body, change.changed, caller)
    if moves:
        _end(pk, wanted, caller)


def _end(pk: int, wanted: str, caller: Caller) -> None:
    if wanted == Interaction.Status.COMPLETED:
        close_interaction.complete(interaction_id=pk, outcome="resolved", actor=caller.actor)
    elif wanted == Interaction.Status.CANCELLED:
        close_interaction.cancel(
            interaction_id=pk, reason=_("cancelled by the partner"), actor=caller.actor
        )


def _said(name: str, ours: Any, length: int) -> Attribute:
    """The client's own word for what we hold under a canonical one."""
    return Attribute(
        name,
        first_of(given(name, text=True), ours),
        Text(length, 1),
        required=True,
        always=True,
        writable=True,
        also=(ours,),
    )


PARTY_INTERACTION = Resource(
    path=PATH,
    title="PartyInteraction",
    model=Interaction,
    visible=Interaction.objects.visible_to,
    view_permissions=("interactions.view_interaction", "interactions.view_all_interactions"),
    view_all="interactions.view_all_interactions",
    subject="interaction",
    attributes=(
        _said("direction", F("direction"), 60),
        _said("reason", first_of(F("reason__name"), F("subject")), 250),
        Attribute(
            "channel",
            _channel(),
            Many(CHANNEL, least=1),
            json=True,
            required=True,
            always=True,
        ),
        Attribute("description", text_or_none("description"), Text(20_000)),
        Attribute("status", _status(), Text(60), also=(F("status"), Lower(_word()))),
        Attribute(
            "statusChangeDate",
            first_of(
                given("statusChangeDate", text=True),
                Instant(Coalesce("closed_at", "completed_at", "created_at")),
            ),
            Moment(),
            compare=Coalesce("closed_at", "completed_at", "created_at"),
        ),
        Attribute(
            "creationDate",
            first_of(given("creationDate", text=True), Instant(F("created_at"))),
            Moment(),
            compare=F("created_at"),
        ),
        Attribute("interactionDate", _interaction_date(), PERIOD, json=True),
        Attribute("relatedParty", _related_party(), Many(RELATED_PARTY), json=True),
        # No attribute of the standard: our own fields, as TMF629 has those of a customer.
        Attribute("characteristic", Joined(F("characteristics")), Many(CHARACTERISTIC), json=True),
        kept("attachment", Many(ATTACHMENT)),
        Attribute(
            "interactionItem",
            Coalesce(given("interactionItem"), _items(), output_field=JSONField()),
            Many(ITEM),
            json=True,
        ),
        kept("interactionRelationship", Many(RELATIONSHIP)),
        kept("note", Many(NOTE)),
        Attribute(
            "@type", first_of(given("@type", text=True), word("PartyInteraction")), always=True
        ),
        kept("@baseType"),
        kept("@schemaLocation"),
    ),
    create=create,
    update=update,
    publications=(
        Publication(InteractionLogged, "PartyInteractionCreateEvent", "interaction_id"),
        Publication(
            InteractionUpdated,
            "PartyInteractionAttributeValueChangeEvent",
            "interaction_id",
            when=lambda event: set(event.changed) != {"status"},
        ),
        Publication(
            InteractionStatusChanged, "PartyInteractionStatusChangeEvent", "interaction_id"
        ),
        Publication(InteractionRemoved, "PartyInteractionDeleteEvent", "interaction_id", gone=True),
    ),
)

errors.translate(CapabilityOff, status=409, code="capability-off")
TMF683 = register(
    Api(
        number=683,
        path="partyInteraction/v4",
        title="Party Interaction",
        resources=(PARTY_INTERACTION,),
    )
)
