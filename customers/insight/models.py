"""Facts and what is derived from them: every derived value can be rebuilt from its facts."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id


class Source(models.Model):
    """Where facts come from, how far it is trusted and on what basis it may be used."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("source"), max_length=120)
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    trust = models.PositiveSmallIntegerField(_("trust, of 100"), default=50)
    basis = models.CharField(_("lawful basis"), max_length=40, default="contract")
    active = models.BooleanField(_("in use"), default=True)
    expires_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.CheckConstraint(name="source_trust_of_100", condition=Q(trust__lte=100))
        ]

    def __str__(self) -> str:
        return self.name


class FactQuerySet(models.QuerySet["Fact"]):
    def believed(self) -> Self:
        return self.filter(
            state__in=[Fact.State.ACCEPTED, Fact.State.VERIFIED],
            superseded_at=None,
            source__active=True,
        )

    def proposed(self) -> Self:
        return self.filter(state=Fact.State.PROPOSED)

    def of_customer(self, customer_id: int) -> Self:
        return self.filter(customer_id=customer_id)


class Fact(models.Model):
    """One thing we hold to be true of a customer, with who said so, when and on what basis."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        VERIFIED = "verified", _("Verified")
        REJECTED = "rejected", _("Rejected")
        DISPUTED = "disputed", _("Disputed by the customer")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    key = models.CharField(_("key"), max_length=80)
    value = models.JSONField(_("value"))
    source = models.ForeignKey(Source, models.PROTECT, related_name="facts")
    external_id = models.CharField(_("id at the source"), max_length=120, blank=True)
    interaction = models.UUIDField(_("learnt in the contact"), null=True, blank=True)
    basis = models.CharField(_("lawful basis"), max_length=40)
    purpose = models.CharField(_("purpose"), max_length=60, default="service")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACCEPTED)
    observed_at = models.DateTimeField(_("observed at"), default=timezone.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    stale_after = models.DateTimeField(_("confirm by"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=150, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        permissions = [
            ("gather_information", "Can propose facts about a customer"),
            ("decide_fact", "Can accept or reject a proposed fact"),
        ]
        constraints = [
            models.CheckConstraint(
                name="fact_state_known",
                condition=Q(state__in=["proposed", "accepted", "verified", "rejected", "disputed"]),
            ),
            models.UniqueConstraint(
                fields=["source", "external_id", "customer", "key"],
                name="fact_once_per_source_record",
                condition=~Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "key", "-observed_at"], name="fact_by_customer_key"),
            models.Index(
                fields=["interaction"],
                name="fact_by_interaction",
                condition=Q(interaction__isnull=False),
            ),
            # What somebody learnt today, on each desk that is opened.
            models.Index(
                fields=["recorded_by", "recorded_at"],
                name="fact_learnt_by",
                condition=Q(interaction__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class Profile(models.Model):
    """What the facts of one customer come to: six sections, each value with its why."""

    customer = models.OneToOneField(
        "customers.Customer", models.PROTECT, related_name="+", primary_key=True
    )
    sections = models.JSONField(_("sections"), default=dict)
    confidence = models.PositiveSmallIntegerField(_("confidence, of 100"), default=0)
    confidence_parts = models.JSONField(_("parts"), default=dict)
    inputs_hash = models.CharField(_("fingerprint of the facts"), max_length=64, blank=True)
    computed_at = models.DateTimeField(_("computed at"), default=timezone.now)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        permissions = [("build_profile", "Can rebuild profiles from their facts")]

    def __str__(self) -> str:
        return f"profile {self.customer_id}"


class Outcome(models.Model):
    """What really happened later (a customer left): for learning and back-tests, never a fact."""

    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    happened = models.BooleanField(_("happened"))
    known_at = models.DateTimeField(_("known at"), default=timezone.now)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "source"], name="outcome_once_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.happened}"
