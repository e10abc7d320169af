"""The customer: our relationship with one party, with its accounts, agreements and products."""

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
from customers.models.party import Party
from customers.models.revision import BUMP


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, actor: Actor) -> Self:
        """The only gate to customers, for every door and every process."""
        standing = self.filter(removed_at=None)
        if actor.has_perm("customers.view_all_customers"):
            return standing
        if actor.has_perm("customers.view_customer"):
            return standing.filter(care_team__in=actor.teams)
        return self.none()

    def lock(self, pk: int) -> "Customer":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def live(self) -> Self:
        return self.exclude(status=Customer.Status.TERMINATED)

    def ended_before(self, moment: datetime) -> Self:
        return self.filter(ended_at__lt=moment)


@tracked(newest="customer_changes_newest")
class Customer(models.Model):
    """Our relationship with one party (eTOM 1.3.4, TMF629)."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        VERIFIED = "verified", _("Verified")
        ACTIVE = "active", _("Active")
        SERVICES_ENDED = "services-ended", _("Services ended")
        TERMINATED = "terminated", _("Ended")

    class EndReason(models.TextChoices):
        CUSTOMER_ASKED = "customer-asked", _("The customer asked")
        CUSTOMER_CEASED = "customer-ceased", _("The customer ceased to exist")
        FRAUD = "fraud", _("Fraud")
        OUR_DECISION = "our-decision", _("Our decision")

    class Type(models.TextChoices):
        CONSUMER = "consumer", _("Consumer")
        BUSINESS = "business", _("Business")

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    number = models.CharField(_("customer number"), max_length=60, unique=True)
    name = models.CharField(_("known as"), max_length=250)
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="relationships", null=True, blank=True
    )
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.CONSUMER)
    segment = models.CharField(_("segment"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PROSPECT)
    status_as_given = models.CharField(_("status as given"), max_length=60, blank=True)
    status_reason = models.CharField(_("reason"), max_length=200, blank=True)
    since = models.DateTimeField(_("customer since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    end_reason = models.CharField(
        _("ended because"), max_length=20, choices=EndReason, blank=True, editable=False
    )
    care_team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, related_name="+", null=True, blank=True
    )
    care_note = models.CharField(_("handle with care"), max_length=200, blank=True)
    characteristics = models.JSONField(_("characteristics"), default=list, blank=True)
    as_given = models.JSONField(_("attributes kept as given"), default=dict, blank=True)
    source = models.CharField(_("source"), max_length=60, default="back-office")
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("view_all_customers", "Can see every customer, not only those of their teams"),
            ("record_customer", "Can record a customer"),
            ("update_information", "Can update customer information"),
            ("remove_record", "Can remove a customer record"),
            ("terminate_relationship", "Can end a customer relationship"),
            ("reestablish_relationship", "Can take up an ended relationship again"),
            ("verify_caller", "Can verify who is calling"),
            ("view_billing_detail", "Can see billing detail without a verified caller"),
            ("import_customers", "Can import customers from a file"),
            ("export_customers", "Can export customers"),
            ("archive_information", "Can archive and restore customer information"),
            ("search_archive", "Can search the archive"),
            ("record_consent", "Can record a consent"),
            ("view_personal_data", "Can see personal data without masking"),
        ]
        constraints = [
            models.CheckConstraint(
                name="customer_status_known",
                condition=Q(
                    status__in=["prospect", "verified", "active", "services-ended", "terminated"]
                ),
            ),
            models.CheckConstraint(
                name="customer_type_known", condition=Q(type__in=["consumer", "business"])
            ),
            models.CheckConstraint(
                name="customer_ended_means_dated_and_explained",
                condition=(Q(status="terminated", ended_at__isnull=False) & ~Q(end_reason=""))
                | (~Q(status="terminated") & Q(ended_at=None, end_reason="")),
            ),
        ]
        indexes = [
            # Lists are paged by key: one index for each order, and for each filter that narrows.
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["since", "id"], name="customer_by_since"),
            models.Index(fields=["status", "id"], name="customer_by_status"),
            models.Index(fields=["care_team", "id"], name="customer_by_team"),
            models.Index(
                fields=["segment", "id"], name="customer_by_segment", condition=~Q(segment="")
            ),
        ]
        triggers = [BUMP]

    def __str__(self) -> str:
        return self.name

    def end(self, reason: str) -> None:
        self.status, self.status_as_given = self.Status.TERMINATED, ""
        self.ended_at = timezone.now()
        self.end_reason = reason


@tracked(exclude=())
class Account(models.Model):
    """A billing account: how and what somebody pays."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    number = models.CharField(_("account number"), max_length=60, unique=True)
    payment_method = models.CharField(_("pays by"), max_length=60, blank=True)
    paperless = models.BooleanField(_("paperless bill"), null=True)
    monthly_charge = models.DecimalField(
        _("monthly charge"), max_digits=12, decimal_places=2, null=True
    )
    total_charged = models.DecimalField(
        _("charged so far"), max_digits=14, decimal_places=2, null=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.number


@tracked(exclude=())
class Agreement(models.Model):
    """What was agreed with the customer; the service-level clause chooses the clock."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="agreements")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("agreement"), max_length=120)
    term = models.CharField(_("term"), max_length=40, blank=True)
    sla_tier = models.CharField(_("service level"), max_length=40, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=())
class Product(models.Model):
    """An installed product or service."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ENDING = "ending", _("Ending")
        ENDED = "ended", _("Ended")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="products")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(_("product"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    service_number = models.CharField(_("service number"), max_length=60, blank=True, db_index=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    options = models.JSONField(_("options"), default=dict, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(
                name="product_status_known", condition=Q(status__in=["active", "ending", "ended"])
            )
        ]

    def __str__(self) -> str:
        return self.name
