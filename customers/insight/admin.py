"""Insight for administrators: sources to look after, facts and profiles to read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import CarefulAdmin
from customers.insight.models import Fact, Outcome, Profile, Source
from customers.insight.processes.build_insight import build_profile
from customers.insight.processes.gather_information import accept_fact, reject_fact
from customers.personal_admin import Masks, PersonalReadOnlyAdmin, customer_name, hidden


@admin.register(Source)
class SourceAdmin(CarefulAdmin):
    list_display = ("key", "name", "owner", "trust", "basis", "active", "expires_on")
    list_filter = ("active", "basis")
    search_fields = ("key__startswith", "pk__exact")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        # Mappings and partners name a source by its key.
        return ("key",) if obj else ()


@admin.register(Fact)
class FactAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "customer", "key", "state", "source", "observed_at", "superseded_at")
    list_filter = ("state", "source")
    list_select_related = ("customer", "source")
    search_fields = ("pk__exact", "interaction__exact")
    search_help_text = _("Customer, contact or id")
    ordering = ("-id",)
    masked: ClassVar[Masks] = {"value": hidden, "customer.name": customer_name}
    actions = ("accept", "reject")

    @admin.action(description=_("Accept"), permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Fact]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda fact: accept_fact(fact_id=fact.pk, actor=actor))

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Fact]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda fact: reject_fact(fact_id=fact.pk, actor=actor))

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("insight.decide_fact"))


@admin.register(Profile)
class ProfileAdmin(PersonalReadOnlyAdmin):
    list_display = ("customer", "confidence", "computed_at")
    list_select_related = ("customer",)
    search_fields = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-pk",)
    masked: ClassVar[Masks] = {"sections": hidden, "customer.name": customer_name}
    actions = ("rebuild",)

    @admin.action(description=_("Rebuild from the facts"), permissions=["rebuild"])
    def rebuild(self, request: HttpRequest, queryset: QuerySet[Profile]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda one: build_profile(customer_id=one.pk, actor=actor))

    def has_rebuild_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("insight.build_profile"))


@admin.register(Outcome)
class OutcomeAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "customer", "kind", "happened", "known_at", "source")
    list_filter = ("happened",)
    list_select_related = ("customer", "source")
    search_fields = ("pk__exact",)
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    masked: ClassVar[Masks] = {"customer.name": customer_name}
