"""Orders and reports for administrators: to find and to follow; changed through their processes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.models import (
    CompletionStep,
    Order,
    OrderedThing,
    OrderNews,
    RecordedItem,
    Report,
    ReportDelivery,
    ReportNeed,
)
from customers.personal_admin import Masks, PersonalReadOnlyAdmin, customer_name, hidden


class _Admin(PersonalReadOnlyAdmin):
    list_select_related: ClassVar[Any] = ("customer",)
    search_fields: ClassVar[Any] = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    masked: ClassVar[Masks] = {"customer.name": customer_name}


@admin.register(Order)
class OrderAdmin(_Admin):
    list_display = ("external_id", "source", "customer", "state", "open_items", "ordered_at")
    search_fields = ("external_id__exact", "pk__exact")
    search_help_text = _("Customer, order, or id")

    def aggregate_of(self, row: Any) -> str:
        return f"order:{row.pk}"


@admin.register(OrderNews)
class OrderNewsAdmin(_Admin):
    list_display = ("event_id", "order", "kind", "customer", "occurred_at", "received_at")
    list_select_related = ("order", "customer")
    search_fields = ("event_id__exact", "pk__exact")
    search_help_text = _("Customer, event, or id")
    masked: ClassVar[Masks] = {
        "customer.name": customer_name,
        "as_given": hidden,
        "said": hidden,
    }


@admin.register(OrderedThing)
class OrderedThingAdmin(_Admin):
    list_display = ("external_id", "source", "kind", "customer")
    search_fields = ("external_id__exact", "pk__exact")
    raw_id_fields = ("agreement", "account", "product")


@admin.register(RecordedItem)
class RecordedItemAdmin(_Admin):
    list_display = ("key", "customer", "value", "recorded_at", "recorded_by", "valid_until")
    masked: ClassVar[Masks] = {"customer.name": customer_name, "value": hidden}


@admin.register(CompletionStep)
class CompletionStepAdmin(_Admin):
    list_display = ("order", "step", "state", "note", "at", "by")
    list_select_related = ("order",)
    subject, subject_id, found_through = "order", "order_id", "order__customer"
    masked: ClassVar[Masks] = {"note": hidden}


@admin.register(ReportNeed)
class ReportNeedAdmin(_Admin):
    list_display = ("kind", "customer", "period", "format", "next_until", "ended_at")
    masked: ClassVar[Masks] = {"customer.name": customer_name, "recipients": hidden}


@admin.register(Report)
class ReportAdmin(_Admin):
    list_display = ("file_name", "need", "since", "state", "due_at", "delivered_at", "late_at")
    list_select_related = ("need",)
    exclude = ("content",)
    subject, subject_id, found_through = "report", "pk", "need__customer"
    masked: ClassVar[Masks] = {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # A list of files need not carry the files.
        return super().get_queryset(request).defer("content")

    def aggregate_of(self, row: Any) -> str:
        return f"report:{row.pk}"


@admin.register(ReportDelivery)
class ReportDeliveryAdmin(_Admin):
    list_display = ("report", "recipient", "sent_at", "receipt_at", "problem")
    list_select_related = ("report",)
    subject, subject_id, found_through = "report", "report_id", "report__need__customer"
    masked: ClassVar[Masks] = {"recipient": hidden}
