"""What the partner face keeps: listeners, what is owed to them, and answers to repeated calls."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.ids import new_id

ATTEMPTS_BEFORE_DEAD = 15


class HubListener(models.Model):
    """A partner's callback for the events of one API."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    api = models.CharField(_("API"), max_length=40)
    callback = models.URLField(_("callback"), max_length=500)
    query = models.CharField(_("query"), max_length=500, blank=True)
    secret = models.CharField(_("signing secret"), max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("listener")
        verbose_name_plural = _("listeners")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "api", "callback", "query"],
                name="hublistener_once_per_callback",
                condition=Q(removed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.callback


class HubDeliveryQuerySet(models.QuerySet["HubDelivery"]):
    def waiting(self) -> Self:
        return self.filter(delivered_at=None, dead_at=None)

    def in_hand(self) -> Self:
        """A worker talks to the listener right now."""
        return self.waiting().filter(lease_until__gt=timezone.now())

    def due(self) -> Self:
        now = timezone.now()
        return self.waiting().filter(
            Q(lease_until=None) | Q(lease_until__lt=now), next_try_at__lte=now
        )

    def in_turn(self) -> Self:
        """Without an earlier one for the same listener about the same thing still waiting."""
        earlier = HubDelivery.objects.waiting().filter(
            listener=OuterRef("listener"), aggregate=OuterRef("aggregate"), id__lt=OuterRef("id")
        )
        return self.exclude(Exists(earlier))

    def requeue(self) -> int:
        """Give what was given up a fresh start."""
        return self.exclude(dead_at=None).update(
            dead_at=None, attempts=0, lease_until=None, next_try_at=timezone.now()
        )


class HubDelivery(models.Model):
    """One event owed to one listener: tried until told, in order per listener and aggregate."""

    listener = models.ForeignKey(HubListener, models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField(_("event"))
    event_type = models.CharField(_("event type"), max_length=80)
    aggregate = models.CharField(_("about"), max_length=80)
    body = models.JSONField(_("body"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up at"), null=True, blank=True)

    objects = HubDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("listener delivery")
        verbose_name_plural = _("listener deliveries")
        permissions = [("requeue_hubdelivery", "Can have a failed listener call tried again")]
        constraints = [
            models.UniqueConstraint(
                fields=["listener", "event_id", "event_type"], name="hubdelivery_once_per_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="hubdelivery_due",
                condition=Q(delivered_at=None, dead_at=None),
            ),
            models.Index(
                fields=["delivered_at"],
                name="hubdelivery_delivered",
                condition=Q(delivered_at__isnull=False),
            ),
            models.Index(
                fields=["dead_at"],
                name="hubdelivery_dead",
                condition=Q(dead_at__isnull=False),
            ),
            models.Index(
                fields=["listener", "aggregate", "id"],
                name="hubdelivery_in_turn",
                condition=Q(delivered_at=None, dead_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} → {self.listener_id}"


class IdempotentAnswer(models.Model):
    """The answer to a call with an Idempotency-Key; the same call again gets the same answer."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=200)
    fingerprint = models.CharField(_("fingerprint of the call"), max_length=64)
    status_code = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict)
    body = models.BinaryField(_("body"), default=b"")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotentanswer_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key
