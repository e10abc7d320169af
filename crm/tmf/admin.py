"""The partner face for administrators: listeners, what is owed to them, answers that are kept."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.read_only_admin import ReadOnlyAdmin
from crm.requeue_admin import OwedFilter, RequeueAdmin
from crm.tmf.models import HubDelivery, HubListener, IdempotentAnswer


class ToldFilter(OwedFilter):
    """What listeners are owed."""

    done = "delivered_at"


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
class HubDeliveryAdmin(RequeueAdmin):
    list_display = (
        "id", "event_type", "aggregate", "listener", "attempts", "status_code", "next_try_at",
        "delivered_at", "dead_at",
    )  # fmt: skip
    list_filter = (ToldFilter, "listener__api")
    list_select_related = ("listener",)
    search_fields = ("listener_id__exact", "pk__exact")
    search_help_text = _("Id of the delivery or of the listener")
    # It says what the partner may see of a person; who may see it here is another question.
    exclude = ("body",)

    def aggregate_of(self, row: Any) -> str:
        return str(row.aggregate)


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    list_display = ("id", "owner", "status_code", "created_at")
    list_select_related = ("owner",)
    search_fields = ("pk__exact",)
    ordering = ("-id",)
    exclude = ("body", "headers", "key")
