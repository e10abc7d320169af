"""People and organisations: who somebody is, once, whatever roles they play."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.revision import BUMP


class PartyQuerySet(models.QuerySet["Party"]):
    def visible_to(self, actor: Actor) -> Self:
        """The only gate to parties: whoever may see customers sees the people behind them."""
        if not actor.has_perm("customers.view_party"):
            return self.none()
        return self.filter(removed_at=None)

    def lock(self, pk: int) -> "Party":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def individuals(self) -> Self:
        return self.filter(kind=Party.Kind.INDIVIDUAL)

    def organizations(self) -> Self:
        return self.filter(kind=Party.Kind.ORGANIZATION)


@tracked(newest="party_changes_newest")
class Party(models.Model):
    """A person or an organisation (TMF632, SID Party)."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("Person")
        ORGANIZATION = "organization", _("Organisation")

    class Status(models.TextChoices):
        INITIALIZED = "initialized", _("Recorded")
        VALIDATED = "validated", _("Verified")
        DECEASED = "deceased", _("Deceased")
        CLOSED = "closed", _("Closed")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    status = models.CharField(
        _("status"), max_length=14, choices=Status, default=Status.INITIALIZED
    )
    name = models.CharField(_("name"), max_length=250, blank=True)
    given_name = models.CharField(_("given name"), max_length=120, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=120, blank=True)
    family_name = models.CharField(_("family name"), max_length=120, blank=True)
    preferred_name = models.CharField(_("called"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=40, blank=True)
    gender = models.CharField(_("gender"), max_length=40, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    death_date = models.DateField(_("date of death"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=60, blank=True)
    marital_status = models.CharField(_("marital status"), max_length=40, blank=True)
    trading_name = models.CharField(_("trading name"), max_length=250, blank=True)
    organization_type = models.CharField(_("legal form"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    as_given = models.JSONField(_("attributes kept as given"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=60, default="back-office")
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.CheckConstraint(
                name="party_kind_known", condition=Q(kind__in=["individual", "organization"])
            ),
            models.CheckConstraint(
                name="party_status_known",
                condition=Q(status__in=["initialized", "validated", "deceased", "closed"]),
            ),
            models.CheckConstraint(
                name="party_dies_after_birth",
                condition=Q(birth_date=None)
                | Q(death_date=None)
                | Q(death_date__gte=F("birth_date")),
            ),
        ]
        triggers = [BUMP]

    def __str__(self) -> str:
        return self.name or str(self.public_id)


class IdentifierQuerySet(models.QuerySet["Identifier"]):
    def at(self, moment: datetime) -> Self:
        """Those that name their party at a moment."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)


@tracked(exclude=())
class Identifier(models.Model):
    """A number by which the world knows a party, with the time it was theirs."""

    class Ended(models.TextChoices):
        RETURNED = "returned", _("Given back")
        RECYCLED = "recycled", _("Given to somebody else")
        PORTED = "ported-out", _("Taken to another provider")
        REPLACED = "replaced", _("Replaced")
        CORRECTED = "corrected", _("Recorded by mistake")

    class Kind(models.TextChoices):
        MSISDN = "msisdn", _("Mobile number")
        IMSI = "imsi", _("IMSI")
        ICCID = "iccid", _("SIM card")
        ACCOUNT = "account", _("Account")
        CONTRACT = "contract", _("Contract")
        EXTERNAL = "external", _("Other system's id")
        DOCUMENT = "document", _("Identity document")

    party = models.ForeignKey(Party, models.PROTECT, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    issuer = models.CharField(_("given by"), max_length=80, blank=True)
    value = models.CharField(_("value"), max_length=120)
    valid_from = models.DateTimeField(_("from"), default=timezone.now)
    valid_to = models.DateTimeField(_("until"), null=True, blank=True)
    ended_because = models.CharField(
        _("ended because"), max_length=12, choices=Ended, blank=True, db_default=""
    )
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "issuer", "value"],
                name="identifier_names_one_party_at_a_time",
                condition=Q(valid_to=None) & ~Q(kind="document"),
            ),
            models.CheckConstraint(
                name="identifier_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_to"], name="identifier_ending", condition=Q(valid_to__isnull=False)
            ),
            models.Index(
                fields=["valid_from"],
                name="identifier_beginning",
                condition=Q(valid_from__gt=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class PartyRelationshipQuerySet(models.QuerySet["PartyRelationship"]):
    def at(self, moment: datetime) -> Self:
        """Those that stand at a moment."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)

    def of(self, party_id: int) -> Self:
        """Those of a party, from either side."""
        return self.filter(Q(source=party_id) | Q(target=party_id))


@tracked(exclude=())
class PartyRelationship(models.Model):
    """A dated, typed tie between two parties, readable in both directions."""

    class Kind(models.TextChoices):
        PARTNER = "partner", _("Partner")
        PARENT = "parent", _("Parent of")
        GUARDIAN = "guardian", _("Guardian of")
        PAYER = "payer", _("Pays for")
        USER = "user", _("Owner for user")
        EMPLOYER = "employer", _("Employs")
        SUBSIDIARY = "subsidiary", _("Parent organisation of")
        HOUSEHOLD = "household", _("Same household")

    source = models.ForeignKey(Party, models.PROTECT, related_name="relations_out")
    target = models.ForeignKey(Party, models.PROTECT, related_name="relations_in")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    note = models.CharField(_("note"), max_length=200, blank=True)
    valid_from = models.DateTimeField(_("from"), default=timezone.now)
    valid_to = models.DateTimeField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    objects = PartyRelationshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [
            models.CheckConstraint(
                name="relationship_needs_two_parties", condition=~Q(source=F("target"))
            ),
            models.UniqueConstraint(
                fields=["source", "target", "kind"],
                name="relationship_stands_once",
                condition=Q(valid_to=None),
            ),
            models.CheckConstraint(
                name="relationship_ends_after_start",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"
