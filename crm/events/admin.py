"""The event log and stuck deliveries; a dead one is given a fresh start from here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.careful_admin import among
from crm.events.catalogue import Event
from crm.events.models import Delivery, DeliveryQuerySet, Heartbeat, OutboxEvent
from crm.read_only_admin import ReadOnlyAdmin


def _event_names() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted({event.name for event in Event.__subclasses__()})]


class StateFilter(admin.SimpleListFilter):
    """Deliveries by what a person must do about them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dead", _("Given up")), ("waiting", _("Waiting")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "dead":
                return queryset.exclude(dead_at=None)
            case "waiting":
                return queryset.filter(done_at=None, dead_at=None)
            case "done":
                return queryset.exclude(done_at=None)
        return queryset


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "occurred_at", "name", "aggregate", "actor_name", "process")
    list_filter = (among("name", _("event"), _event_names),)
    search_fields = ("aggregate__exact", "event_id__exact")
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "event", "handler", "attempts", "next_try_at", "done_at", "dead_at")
    list_filter = (StateFilter,)
    list_select_related = ("event",)
    search_fields = ("event__exact",)
    ordering = ("-id",)
    actions = ("requeue",)

    @admin.action(description=_("Try again"), permissions=["requeue"])
    def requeue(self, request: HttpRequest, queryset: DeliveryQuerySet) -> None:
        revived = queryset.requeue()
        self.message_user(
            request,
            ngettext("%d delivery is tried again.", "%d deliveries are tried again.", revived)
            % revived,
            messages.SUCCESS,
        )

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("events.requeue_delivery"))


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "beaten_at")
