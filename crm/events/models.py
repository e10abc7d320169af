"""The event log, which is outbox and audit trail in one, and what each event still owes."""

from datetime import timedelta
from typing import Self

import pgtrigger
import structlog
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.events import registry
from crm.ids import new_id

ATTEMPTS_BEFORE_DEAD = 12
_LONGEST_WAIT = timedelta(hours=1)


class OutboxEvent(models.Model):
    """Something that happened: who, what, when; ids only, kept for good."""

    event_id = models.UUIDField(_("event id"), default=new_id, unique=True, editable=False)
    name = models.CharField(_("event"), max_length=80)
    process = models.CharField(_("process element"), max_length=20)
    aggregate = models.CharField(_("about"), max_length=80)
    payload = models.JSONField(_("payload"), default=dict)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    actor_name = models.CharField(_("actor name"), max_length=150)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    occurred_at = models.DateTimeField(_("occurred at"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["aggregate", "id"], name="outboxevent_by_aggregate"),
            models.Index(fields=["name", "occurred_at"], name="outboxevent_by_name"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.aggregate}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(done_at=None, dead_at=None)

    def dead(self) -> Self:
        return self.exclude(dead_at=None)

    def due(self) -> Self:
        return self.waiting().filter(next_try_at__lte=timezone.now())

    def in_turn(self) -> Self:
        """Without an earlier one for the same handler about the same aggregate still open.

        A dead delivery does not hold up those behind it: handlers re-read state.
        """
        earlier = Delivery.objects.waiting().filter(
            handler=OuterRef("handler"), aggregate=OuterRef("aggregate"), id__lt=OuterRef("id")
        )
        return self.exclude(Exists(earlier))

    def claim(self, pk: int) -> "Delivery | None":
        """The row, locked for this transaction; None when it is done, held or not its turn."""
        return (
            self.waiting()
            .in_turn()
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .filter(pk=pk)
            .first()
        )

    def following(self, done: "Delivery") -> "Delivery | None":
        """The next due one for the same handler about the same aggregate."""
        same = self.due().in_turn().filter(handler=done.handler, aggregate=done.aggregate)
        return same.order_by("id").first()

    def postpone(self, problem: str) -> int:
        """Try later, waiting twice as long each time; after a dozen tries the row is dead."""
        changed = 0
        for row in self.only("pk", "attempts"):
            tries = row.attempts + 1
            wait = min(timedelta(seconds=2 ** min(tries + 1, 12)), _LONGEST_WAIT)
            changed += self.filter(pk=row.pk, attempts=row.attempts).update(
                attempts=F("attempts") + 1,
                last_error=problem[:2000],
                next_try_at=timezone.now() + wait,
                dead_at=timezone.now() if tries >= ATTEMPTS_BEFORE_DEAD else None,
            )
        return changed

    def requeue(self) -> int:
        """Give dead deliveries a fresh start."""
        return self.dead().update(dead_at=None, attempts=0, next_try_at=timezone.now())


class Delivery(models.Model):
    """One event owed to one handler."""

    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="deliveries")
    handler = models.CharField(_("handler"), max_length=200)
    aggregate = models.CharField(_("about"), max_length=80)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    last_error = models.TextField(_("last error"), blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [("requeue_delivery", "Can have a failed delivery tried again")]
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="delivery_once_per_handler"),
            models.CheckConstraint(
                name="delivery_done_or_dead", condition=Q(done_at=None) | Q(dead_at=None)
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="delivery_due",
                condition=Q(done_at=None, dead_at=None),
            ),
            models.Index(
                fields=["dead_at"],
                name="delivery_dead",
                condition=Q(dead_at__isnull=False),
            ),
            models.Index(
                fields=["done_at"],
                name="delivery_done",
                condition=Q(done_at__isnull=False),
            ),
            models.Index(
                fields=["handler", "aggregate", "id"],
                name="delivery_in_turn",
                condition=Q(done_at=None, dead_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler} ← {self.event_id}"

    def run(self) -> None:
        """Call the handler; its writes and `done_at` commit together."""
        event = registry.typed(self.event.name, self.event.payload)
        # Also after the sweep, and for what the handler publishes: one id from click to effect.
        with structlog.contextvars.bound_contextvars(request_id=self.event.request_id):
            registry.handler(self.handler)(event, self.event.pk)
        self.done_at = timezone.now()
        self.save(update_fields=["done_at"])


class Heartbeat(models.Model):
    """When a periodic part last gave a sign of life; health checks read it."""

    name = models.CharField(_("part"), max_length=60, primary_key=True)
    beaten_at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
