"""The event log and stuck deliveries; a dead one is given a fresh start from here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.careful_admin import among
from crm.events.catalogue import Event
from crm.events.models import Delivery, Heartbeat, OutboxEvent
from crm.read_only_admin import ReadOnlyAdmin
from crm.requeue_admin import OwedFilter, RequeueAdmin


def _event_names() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted({event.name for event in Event.__subclasses__()})]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "occurred_at", "name", "aggregate", "actor_name", "process")
    list_filter = (among("name", _("event"), _event_names),)
    search_fields = ("aggregate__exact", "event_id__exact")
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(RequeueAdmin):
    list_display = ("id", "event", "handler", "attempts", "next_try_at", "done_at", "dead_at")
    list_filter = (OwedFilter,)
    list_select_related = ("event",)
    search_fields = ("event__exact",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "beaten_at")
