"""The partner face for administrators: listeners, what is owed to them, answers that are kept."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.read_only_admin import ReadOnlyAdmin
from crm.tmf.models import HubDelivery, HubDeliveryQuerySet, HubListener, IdempotentAnswer


class StateFilter(admin.SimpleListFilter):
    """Deliveries by what a person must do about them."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dead", _("Given up")), ("waiting", _("Waiting")), ("done", _("Told"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "dead":
                return queryset.exclude(dead_at=None)
            case "waiting":
                return queryset.filter(delivered_at=None, dead_at=None)
            case "done":
                return queryset.exclude(delivered_at=None)
        return queryset


@admin.register(HubListener)
class HubListenerAdmin(ReadOnlyAdmin):
    list_display = ("id", "api", "callback", "query", "owner", "created_at", "removed_at")
    list_filter = ("api",)
    list_select_related = ("owner",)
    search_fields = ("public_id__exact", "pk__exact")
    ordering = ("-id",)
    # Whoever knows the secret can sign in our name.
    exclude = ("secret",)


@admin.register(HubDelivery)
class HubDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "event_type", "aggregate", "listener", "attempts", "status_code", "next_try_at",
        "delivered_at", "dead_at",
    )  # fmt: skip
    list_filter = (StateFilter, "listener__api")
    list_select_related = ("listener",)
    search_fields = ("listener_id__exact", "pk__exact")
    search_help_text = _("Id of the delivery or of the listener")
    ordering = ("-id",)
    # It says what the partner may see of a person; who may see it here is another question.
    exclude = ("body",)
    actions = ("requeue",)

    def aggregate_of(self, row: Any) -> str:
        return str(row.aggregate)

    @admin.action(description=_("Try again"), permissions=["requeue"])
    def requeue(self, request: HttpRequest, queryset: HubDeliveryQuerySet) -> None:
        revived = queryset.requeue()
        self.message_user(
            request,
            ngettext("%d delivery is tried again.", "%d deliveries are tried again.", revived)
            % revived,
            messages.SUCCESS if revived else messages.WARNING,
        )

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("events.requeue_delivery"))


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner", "status_code", "created_at")
    list_select_related = ("owner",)
    search_fields = ("pk__exact",)
    ordering = ("-id",)
    exclude = ("body", "headers", "key")
