"""Every contact between a customer and us, on whatever channel, and the events that made it."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.ids import new_id
from customers.models.revision import BUMP
from interactions.models import figures
from interactions.models.tag import Tag, tags_column


class Reason(models.Model):
    """Why a customer is in touch: the coded reason, with the vertical it belongs to."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("reason"), max_length=120)
    vertical = models.CharField(_("vertical"), max_length=12)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="reason_vertical_known",
                condition=Q(vertical__in=["fulfilment", "assurance", "billing"]),
            )
        ]

    def __str__(self) -> str:
        return self.name


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def visible_to(self, actor: Actor) -> Self:
        """The only gate to interactions."""
        standing = self.filter(removed_at=None)
        if actor.has_perm("interactions.view_all_interactions"):
            return standing
        if actor.has_perm("interactions.view_interaction"):
            return standing.filter(Q(team__in=actor.teams) | Q(owner_id=actor.pk))
        return self.none()

    def lock(self, pk: int) -> "Interaction":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def open(self) -> Self:
        return self.exclude(status__in=Interaction.ENDED)

    def saying(self, key: str, value: object) -> Self:
        """With this value in this own field."""
        said = self.filter(characteristics__contains=[{"name": key, "value": value}])
        return said.exclude(characteristics=[])

    def tagged(self, tag: Tag) -> Self:
        """With this tag, or with one that was merged into it."""
        ids = [tag.pk, *tag.merged_from.values_list("pk", flat=True)]
        # Said as the index says it, which holds only what has tags.
        return self.filter(tags__overlap=ids).exclude(tags=[])


class Interaction(models.Model):
    """One matter between a customer and us, over one or more channels (eTOM 1.3.5, TMF683)."""

    class Status(models.TextChoices):
        LOGGED = "logged", _("New")
        IN_PROGRESS = "in_progress", _("In progress")
        WAITING_CUSTOMER = "waiting_customer", _("Waiting for the customer")
        WAITING_INTERNAL = "waiting_internal", _("Waiting for a colleague")
        WAITING_PARTNER = "waiting_partner", _("With a partner")
        COMPLETED = "completed", _("Completed")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")
        MERGED = "merged", _("Merged")

    ENDED = ("completed", "closed", "cancelled", "merged")
    # Nothing is done or said in these any more; their day is in `closed_at`.
    FINISHED = ("closed", "cancelled", "merged")

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("From the customer")
        OUTBOUND = "outbound", _("To the customer")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", null=True, blank=True
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    channel = models.CharField(_("channel"), max_length=20)
    reason = models.ForeignKey(Reason, models.PROTECT, related_name="+", null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=250)
    description = models.TextField(_("what was said"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.LOGGED)
    priority = models.PositiveSmallIntegerField(_("priority"), default=3)
    verticals = ArrayField(models.CharField(max_length=12), verbose_name=_("verticals"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, related_name="+", null=True, blank=True
    )
    # Taken from the queue and not answered by then, it goes back; empty when nobody waits for that.
    return_at = models.DateTimeField(_("goes back to the queue at"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(_("escalated, level"), default=0, db_default=0)
    # No constraint in the database: the other one may go to the archive on its own day.
    merged_into = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        related_name="merged_from",
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    agreement_id = models.BigIntegerField(_("agreement"), null=True, blank=True)
    product_id = models.BigIntegerField(_("product"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    verification_level = models.PositiveSmallIntegerField(_("caller verified, level"), default=0)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    first_response_at = models.DateTimeField(_("first reply at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    due_next_at = models.DateTimeField(_("due next"), null=True, blank=True)
    due_next_target = models.CharField(_("due next for"), max_length=20, blank=True)
    outcome = models.CharField(_("outcome"), max_length=30, blank=True)
    outcome_note = models.TextField(_("outcome note"), blank=True)
    customer_informed = models.CharField(_("customer informed by"), max_length=60, blank=True)
    reopened = models.PositiveSmallIntegerField(_("reopened"), default=0)
    event_count = models.PositiveIntegerField(_("events"), default=0)
    # Values of own fields, as a partner reads them: [{"name": …, "value": …}].
    characteristics = models.JSONField(
        _("own fields"),
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
    )
    # Ids of tags, in the order in which they were put on; a tag is never deleted.
    tags = tags_column()
    source = models.CharField(_("source"), max_length=60, default="back-office")
    external_id = models.CharField(_("id at the source"), max_length=120, blank=True)
    as_given = models.JSONField(_("attributes kept as given"), default=dict, blank=True)
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+", null=True, blank=True
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        permissions = [
            ("view_all_interactions", "Can see every interaction, not only those of their teams"),
            ("log_interaction", "Can log an interaction"),
            ("update_interaction", "Can work on an interaction"),
            ("close_interaction", "Can complete and close an interaction"),
            ("assign_interaction", "Can assign an interaction to somebody else"),
            ("import_interactions", "Can import interactions from a file"),
            ("report_interaction", "Can see performance figures"),
        ]
        constraints = [
            models.CheckConstraint(
                name="interaction_direction_known",
                condition=Q(direction__in=["inbound", "outbound"]),
            ),
            models.CheckConstraint(
                name="interaction_status_known",
                condition=Q(
                    status__in=[
                        "logged",
                        "in_progress",
                        "waiting_customer",
                        "waiting_internal",
                        "waiting_partner",
                        "completed",
                        "closed",
                        "cancelled",
                        "merged",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="interaction_has_a_vertical", condition=Q(verticals__len__gte=1)
            ),
            models.CheckConstraint(
                name="interaction_verticals_known",
                condition=Q(verticals__contained_by=["fulfilment", "assurance", "billing"]),
            ),
            # Whose it is, or at least where it came from while nobody knows the sender.
            models.CheckConstraint(
                name="interaction_relates_to_something",
                condition=Q(customer__isnull=False) | ~Q(source=""),
            ),
            models.CheckConstraint(
                name="interaction_completed_means_dated_with_outcome",
                condition=~Q(status__in=["completed", "closed"])
                | (Q(completed_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="interaction_closed_means_dated_and_informed",
                condition=~Q(status="closed")
                | (Q(closed_at__isnull=False) & ~Q(customer_informed="")),
            ),
            models.CheckConstraint(
                name="interaction_ended_means_dated",
                condition=~Q(status__in=["cancelled", "merged"]) | Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="interaction_merged_means_into_another",
                condition=~Q(status="merged")
                | (Q(merged_into__isnull=False) & ~Q(merged_into=models.F("id"))),
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="interaction_once_per_source_id",
                condition=~Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "-opened_at", "-id"], name="interaction_latest_of_customer"
            ),
            models.Index(
                fields=["customer", "due_next_at", "id"],
                name="interaction_open_by_customer",
                condition=~Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["owner", "due_next_at", "id"],
                name="interaction_open_by_owner",
                condition=~Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["team", "due_next_at", "id"],
                name="interaction_open_by_team",
                condition=~Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["opened_at", "id"],
                name="interaction_open_by_age",
                condition=~Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["due_next_at", "id"],
                name="interaction_awaiting_customer",
                condition=Q(status="waiting_customer"),
            ),
            models.Index(fields=["-opened_at", "-id"], name="interaction_latest"),
            models.Index(fields=["completed_at"], name="interaction_completed"),
            models.Index(
                fields=["first_response_at"],
                name="interaction_first_response",
                condition=Q(first_response_at__isnull=False),
            ),
            models.Index(
                fields=["closed_at", "id"],
                name="interaction_finished",
                condition=Q(status__in=["closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["due_next_at", "id"],
                name="interaction_open_by_due",
                condition=~Q(status__in=["completed", "closed", "cancelled", "merged"]),
            ),
            models.Index(
                fields=["completed_at", "id"],
                name="interaction_to_close",
                condition=Q(status="completed"),
            ),
            models.Index(
                fields=["return_at"],
                name="interaction_to_return",
                condition=Q(return_at__isnull=False),
            ),
            models.Index(
                fields=["snoozed_until"],
                name="interaction_to_wake",
                condition=Q(snoozed_until__isnull=False),
            ),
            models.Index(
                fields=["merged_into"],
                name="interaction_merged_into",
                condition=Q(merged_into__isnull=False),
            ),
            GinIndex(
                SearchVector("subject", "description", config="simple"), name="interaction_words"
            ),
            GinIndex(fields=["tags"], name="interaction_by_tag", condition=~Q(tags=[])),
            GinIndex(
                OpClass("characteristics", name="jsonb_path_ops"),
                name="interaction_by_own_field",
                condition=~Q(characteristics=[]),
            ),
        ]
        triggers = [BUMP, figures.INSERTED_INTERACTIONS, figures.CHANGED_INTERACTION]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The id people read to each other, in groups of three digits."""
        return f"INT-{self.pk:,}".replace(",", " ") if self.pk else "INT-new"


class InteractionEvent(models.Model):
    """One thing that happened in an interaction; replaying them rebuilds its state."""

    # Found by the unique number of the event in its matter, which begins with the matter.
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, related_name="events", db_index=False
    )
    seq = models.PositiveIntegerField(_("number"))
    type = models.CharField(_("type"), max_length=30)
    occurred_at = models.DateTimeField(_("occurred at"))
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("actor name"), max_length=150)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        verbose_name = _("interaction event")
        verbose_name_plural = _("interaction events")
        constraints = [
            models.UniqueConstraint(
                fields=["interaction", "seq"], name="interactionevent_once_per_number"
            ),
        ]
        indexes = [
            # What somebody finished today, on each desk that is opened.
            models.Index(
                fields=["actor_id", "occurred_at"],
                name="interactionevent_completed_by",
                condition=Q(type="completed"),
            ),
            # How often a matter was given to another team: few ever are.
            models.Index(
                fields=["interaction"],
                name="interactionevent_transferred",
                condition=Q(type="transferred"),
            ),
        ]
        triggers = [
            # Archiving switches this off by name for its own transaction, nobody else may.
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.interaction_id}:{self.seq} {self.type}"
