"""The matter a partner opened as TMF621 shows it, and its way into the processes."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Case, F, OuterRef, Q, Subquery, TextField, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from crm.events.catalogue import (
    InteractionLogged,
    InteractionRemoved,
    InteractionStatusChanged,
    InteractionUpdated,
)
from crm.tmf.apis import Api, register
from crm.tmf.rendering import (
    EXTRA,
    Instant,
    Parts,
    first_of,
    given,
    word,
)
from crm.tmf.resource import Attribute, Caller, Change, Publication, Resource, kept
from crm.tmf.shapes import (
    ATTACHMENT,
    MOMENT,
    NOTE,
    RELATED_PARTY,
    TEXT,
    Choice,
    Many,
    Moment,
    Text,
    obj,
    ref,
)
from interactions.api.tmf683_party_interaction import serializers as words
from interactions.models import Interaction, SlaClock, TroubleTicket
from interactions.processes.serve_partners import change_ticket, open_ticket, remove_ticket

PATH = "/tmf-api/troubleTicket/v4/troubleTicket"
_Status = Interaction.Status
STATUS_WORD: Final = "statusWord"
CHANNEL = ref("ChannelRef", "id")
ENTITY = ref("RelatedEntity", "id", role=TEXT)
CHANGE = obj("StatusChange", changeDate=MOMENT, changeReason=TEXT, status=TEXT)
RELATIONSHIP = obj(
    "TroubleTicketRelationship", id=TEXT, href=TEXT, name=TEXT, relationshipType=TEXT
)
# The word TMF621 has for each of our states, and what each of its words means here.
WORDS: Final[Mapping[str, str]] = {
    _Status.LOGGED: "acknowledged",
    _Status.IN_PROGRESS: "inProgress",
    _Status.WAITING_CUSTOMER: "pending",
    _Status.WAITING_INTERNAL: "held",
    _Status.WAITING_PARTNER: "held",
    _Status.COMPLETED: "resolved",
    _Status.CLOSED: "closed",
    _Status.CANCELLED: "cancelled",
    _Status.MERGED: "closed",
}
STATUSES: Final[Mapping[str, str]] = {
    "acknowledged": _Status.LOGGED,
    "inProgress": _Status.IN_PROGRESS,
    "pending": _Status.WAITING_CUSTOMER,
    "held": _Status.WAITING_PARTNER,
    "resolved": _Status.COMPLETED,
    "closed": _Status.COMPLETED,
    "cancelled": _Status.CANCELLED,
    "rejected": _Status.CANCELLED,
}
KEPT: Final = (
    "name", "priority", "status", "statusChangeReason", "creationDate", "lastUpdate",
    "requestedResolutionDate", "expectedResolutionDate", "resolutionDate", "statusChangeDate",
    "externalId", "attachment", "channel", "note", "relatedEntity", "relatedParty",
    "statusChange", "troubleTicketRelationship", "@type", "@baseType", "@schemaLocation",
)  # fmt: skip


def _word() -> Any:
    return Case(
        *(When(interaction__status=state, then=word(said)) for state, said in WORDS.items()),
        default=word("acknowledged"),
        output_field=TextField(),
    )


def _status() -> Any:
    """The partner's word while it still means where the matter is, else ours."""
    same = Q(Exact(given(STATUS_WORD, text=True), _word()))
    said = Coalesce(given("status", text=True), _word())
    return Case(When(same, then=said), default=_word(), output_field=TextField())


def _due() -> Any:
    clocks = SlaClock.objects.filter(
        interaction=OuterRef("interaction_id"), target=SlaClock.Target.RESOLUTION
    ).order_by("-cycle")
    return Instant(Subquery(clocks.values("due_at")[:1]))


def _changed_at() -> Any:
    return Coalesce("interaction__closed_at", "interaction__completed_at", "created_at")


def create(body: dict[str, Any], caller: Caller) -> int:
    """POST: a fault somebody else heard of is a matter of ours."""
    customer = words.customer_of(body, caller.actor)
    said = [str(body.get(name) or "") for name in ("name", "description", "ticketType")]
    ticket = open_ticket(
        customer_id=customer.pk if customer else None,
        channel=words.channel_of({"channel": [body["channel"]]}) if body.get("channel") else "api",
        # The standard lets each of them be blank, and it is a fault all the same.
        subject=next((one for one in said if one.strip()), _("Trouble ticket")),
        description=str(body["description"]),
        severity=str(body["severity"]),
        ticket_type=str(body["ticketType"]),
        status=STATUSES.get(str(body.get("status")), ""),
        as_given=_kept(body),
        actor=caller.actor,
    )
    return ticket.interaction_id


def update(pk: int, change: Change, caller: Caller) -> None:
    """PATCH: the ticket says of itself what the new document says."""
    body = change.after
    fields: dict[str, Any] = {}
    for name, ours in (
        ("description", "description"),
        ("name", "subject"),
        ("severity", "severity"),
        ("ticketType", "ticket_type"),
    ):
        if name in change.changed and str(body.get(name) or ""):
            fields[ours] = str(body[name])[:250] if ours == "subject" else str(body[name])
    if "relatedParty" in change.changed and (customer := words.customer_of(body, caller.actor)):
        fields["customer_id"] = customer.pk
    moved = "status" in change.changed
    kept_parts = _kept(body)
    if not moved:
        for name in ("status", STATUS_WORD):
            kept_parts.pop(name, None)
            standing = TroubleTicket.objects.get(pk=pk).as_given
            if name in standing:
                kept_parts[name] = standing[name]
    change_ticket(
        interaction_id=pk,
        fields=fields,
        as_given=kept_parts,
        status=STATUSES.get(str(body.get("status")), "") if moved else "",
        expected_revision=change.expected_revision,
        actor=caller.actor,
    )


def remove(pk: int, caller: Caller) -> None:
    """DELETE: out of sight; the timeline stays."""
    remove_ticket(interaction_id=pk, actor=caller.actor)


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    known = TROUBLE_TICKET.by_name.keys() | {"id", "href"}
    further = {name: value for name, value in body.items() if name not in known}
    found = {name: body[name] for name in KEPT if name in body}
    if status := STATUSES.get(str(body.get("status"))):
        found[STATUS_WORD] = WORDS[status]
    return found | ({EXTRA: further} if further else {})


TROUBLE_TICKET = Resource(
    path=PATH,
    title="TroubleTicket",
    model=TroubleTicket,
    visible=TroubleTicket.objects.visible_to,
    view_permissions=("interactions.view_interaction", "interactions.view_all_interactions"),
    view_all="interactions.view_all_interactions",
    subject="interaction",
    attributes=(
        Attribute(
            "description",
            F("interaction__description"),
            Text(20_000),
            required=True,
        ),
        Attribute("severity", F("severity"), Text(60), required=True, always=True),
        Attribute("ticketType", F("ticket_type"), Text(120), required=True, always=True),
        Attribute("status", _status(), Choice(tuple(STATUSES)), always=True),
        Attribute("name", first_of(given("name", text=True), F("interaction__subject"))),
        kept("priority"),
        kept("externalId"),
        kept("statusChangeReason"),
        Attribute(
            "creationDate",
            first_of(given("creationDate", text=True), Instant(F("created_at"))),
            Moment(),
            compare=F("created_at"),
        ),
        Attribute(
            "lastUpdate",
            Instant(F("interaction__updated_at")),
            Moment(),
            writable=False,
            compare=F("interaction__updated_at"),
        ),
        Attribute(
            "statusChangeDate",
            first_of(given("statusChangeDate", text=True), Instant(_changed_at())),
            Moment(),
            compare=_changed_at(),
        ),
        kept("requestedResolutionDate", Moment()),
        Attribute(
            "expectedResolutionDate",
            first_of(given("expectedResolutionDate", text=True), _due()),
            Moment(),
        ),
        Attribute(
            "resolutionDate",
            first_of(given("resolutionDate", text=True), Instant(F("interaction__completed_at"))),
            Moment(),
        ),
        Attribute(
            "channel",
            Coalesce(
                given("channel"),
                Parts(**{"id": F("interaction__channel"), "name": F("interaction__channel")}),
            ),
            CHANNEL,
            json=True,
        ),
        kept("attachment", Many(ATTACHMENT)),
        kept("note", Many(NOTE)),
        kept("relatedEntity", Many(ENTITY)),
        kept("relatedParty", Many(RELATED_PARTY)),
        kept("statusChange", Many(CHANGE)),
        kept("troubleTicketRelationship", Many(RELATIONSHIP)),
        Attribute("@type", first_of(given("@type", text=True), word("TroubleTicket")), always=True),
        kept("@baseType"),
        kept("@schemaLocation"),
    ),
    create=create,
    update=update,
    remove=remove,
    publications=(
        Publication(InteractionLogged, "TroubleTicketCreateEvent", "interaction_id"),
        Publication(InteractionUpdated, "TroubleTicketAttributeValueChangeEvent", "interaction_id"),
        Publication(InteractionStatusChanged, "TroubleTicketStatusChangeEvent", "interaction_id"),
        Publication(
            InteractionStatusChanged,
            "TroubleTicketResolvedEvent",
            "interaction_id",
            when=lambda event: event.new == _Status.COMPLETED,
        ),
        Publication(
            InteractionStatusChanged,
            "TroubleTicketInformationRequiredEvent",
            "interaction_id",
            when=lambda event: event.new == _Status.WAITING_CUSTOMER,
        ),
        Publication(InteractionRemoved, "TroubleTicketDeleteEvent", "interaction_id", gone=True),
    ),
)

TMF621 = register(
    Api(number=621, path="troubleTicket/v4", title="Trouble Ticket", resources=(TROUBLE_TICKET,))
)
