"""Orders as far as customer information goes: their events, what they need, how they complete."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access import Actor
from crm.audit.history import tracked
from crm.ids import new_id
from customers.models.customer import Account, Agreement, Customer, Product
from customers.models.revision import BUMP


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, actor: Actor) -> Self:
        """The only gate to orders: of customers one sees, and those that have none yet."""
        if not actor.has_perm("customers.view_order"):
            return self.none()
        theirs = Q(Exists(Customer.objects.visible_to(actor).filter(pk=OuterRef("customer"))))
        if actor.has_perm("customers.view_all_customers"):
            theirs |= Q(customer=None)
        return self.filter(theirs)

    def lock(self, pk: int) -> "Order":
        return self.select_for_update(of=("self",)).get(pk=pk)

    def under_way(self) -> Self:
        return self.filter(state__in=Order.UNDER_WAY)


@tracked(exclude=("updated_at", "revision", "open_items", "checked_at"))
class Order(models.Model):
    """One order of another system, and whether we know what it takes to complete it (1.3.6)."""

    class State(models.TextChoices):
        PENDING = "pending", _("Announced")
        ACKNOWLEDGED = "acknowledged", _("Contract or service final")
        COMMITTED = "committed", _("Contract and service final")
        COMPLETED = "completed", _("Completed")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")

    UNDER_WAY = (State.PENDING, State.ACKNOWLEDGED, State.COMMITTED)

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    source = models.CharField(_("order system"), max_length=80)
    external_id = models.CharField(_("order"), max_length=120)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="orders", null=True, blank=True
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    lines = models.JSONField(_("what is ordered"), default=list, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    problem = models.CharField(_("waits because"), max_length=200, blank=True)
    ordered_at = models.DateTimeField(_("ordered at"), default=timezone.now)
    contract_at = models.DateTimeField(_("contract final at"), null=True, blank=True)
    service_at = models.DateTimeField(_("service final at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    open_items = models.PositiveSmallIntegerField(_("open items"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    reworked = models.PositiveSmallIntegerField(_("entered again"), default=0)
    all_ready = models.BooleanField(_("every process had what it needs"), null=True, blank=True)
    # The table it was opened under: a newer one asks nothing new of an order under way.
    capability_version = models.ForeignKey(
        "readiness.CapabilityVersion", models.PROTECT, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("complete_order", "Can record what an order needs and complete it"),
            ("receive_order_event", "Can tell of finalised contracts and service orders"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="order_once_per_system"),
            models.CheckConstraint(
                name="order_state_known",
                condition=Q(
                    state__in=[
                        "pending",
                        "acknowledged",
                        "committed",
                        "completed",
                        "rejected",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="order_completed_means_dated_and_judged",
                condition=Q(
                    state="completed",
                    completed_at__isnull=False,
                    all_ready__isnull=False,
                    customer__isnull=False,
                )
                | (~Q(state="completed") & Q(completed_at=None, all_ready=None)),
            ),
        ]
        indexes = [
            models.Index(fields=["completed_at"], name="order_by_completion"),
            models.Index(fields=["-ordered_at", "-id"], name="order_newest"),
            models.Index(
                OpClass(Upper("external_id"), name="text_pattern_ops"), name="order_by_number"
            ),
        ]
        triggers = [BUMP]

    def __str__(self) -> str:
        return self.external_id

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class OrderNews(models.Model):
    """What an order system told us, as it came and in our words; the same id is the same event."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract finalised")
        SERVICE = "service", _("Service order finalised")

    order = models.ForeignKey(Order, models.PROTECT, related_name="news")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", null=True, blank=True)
    source = models.CharField(_("order system"), max_length=80)
    event_id = models.CharField(_("event"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    as_given = models.JSONField(_("as it came"), default=dict)
    said = models.JSONField(_("in our words"), default=dict)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id"], name="ordernews_once_per_system"
            ),
            models.CheckConstraint(
                name="ordernews_kind_known", condition=Q(kind__in=["contract", "service"])
            ),
        ]

    def __str__(self) -> str:
        return self.event_id


class OrderedThing(models.Model):
    """Which row of ours stands for an agreement, account or product of an order system."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("Agreement")
        ACCOUNT = "account", _("Account")
        PRODUCT = "product", _("Product")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    source = models.CharField(_("order system"), max_length=80)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    external_id = models.CharField(_("id there"), max_length=120)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="+", null=True, blank=True
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", null=True, blank=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = _("row of an order system")
        verbose_name_plural = _("rows of order systems")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "external_id"], name="orderedthing_once_per_system"
            ),
            models.CheckConstraint(
                name="orderedthing_is_one_row",
                condition=Q(kind="agreement", agreement__isnull=False, account=None, product=None)
                | Q(kind="account", agreement=None, account__isnull=False, product=None)
                | Q(kind="product", agreement=None, account=None, product__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


@tracked(exclude=())
class RecordedItem(models.Model):
    """An answer to an item of an order's checklist that has no column of its own."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="recorded_items")
    key = models.CharField(_("item"), max_length=60)
    value = models.CharField(_("value"), max_length=300)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    valid_until = models.DateField(_("good until"), null=True, blank=True)

    class Meta:
        verbose_name = _("recorded item")
        verbose_name_plural = _("recorded items")
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], name="recordeditem_one_answer")
        ]

    def __str__(self) -> str:
        return self.key


@tracked(exclude=())
class CompletionStep(models.Model):
    """What the customer had to do with completing: took part, accepted, was trained."""

    class Step(models.TextChoices):
        COMMISSIONING = "commissioning", _("Customer took part in commissioning")
        ACCEPTANCE = "acceptance", _("Customer accepted the delivery")
        TRAINING = "training", _("Training given")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        NOT_NEEDED = "not-needed", _("Not needed")

    order = models.ForeignKey(Order, models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=14, choices=Step)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    note = models.CharField(_("note"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("completion step")
        verbose_name_plural = _("completion steps")
        constraints = [
            models.UniqueConstraint(fields=["order", "step"], name="completionstep_once_per_order"),
            models.CheckConstraint(
                name="completionstep_known",
                condition=Q(
                    step__in=["commissioning", "acceptance", "training"],
                    state__in=["open", "done", "not-needed"],
                ),
            ),
            models.CheckConstraint(
                name="completionstep_not_needed_says_why",
                condition=~Q(state="not-needed") | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.state}"
