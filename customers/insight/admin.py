"""Insight for administrators: sources to look after, facts and profiles to read."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import Actor, signed_in
from crm.errors import RuleBroken
from crm.read_only_admin import ReadOnlyAdmin
from customers.insight.models import Fact, Outcome, Profile, Source
from customers.insight.processes.build_insight import build_profile
from customers.insight.processes.gather_information import accept_fact, reject_fact


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin[Source]):
    list_display = ("key", "name", "owner", "trust", "basis", "active", "expires_on")
    list_filter = ("active", "basis")
    search_fields = ("key", "name", "owner")


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ("id", "customer", "key", "state", "source", "observed_at", "superseded_at")
    list_filter = ("state", "source")
    list_select_related = ("customer", "source")
    search_fields = ("=customer__number", "key", "=external_id")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("accept", "reject")

    @admin.action(description=_("Accept"), permissions=["decide"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Fact]) -> None:
        self._each(request, queryset, lambda pk, actor: accept_fact(fact_id=pk, actor=actor))

    @admin.action(description=_("Reject"), permissions=["decide"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Fact]) -> None:
        self._each(request, queryset, lambda pk, actor: reject_fact(fact_id=pk, actor=actor))

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("insight.decide_fact"))

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Fact],
        decide: Callable[[int, Actor], object],
    ) -> None:
        for fact in queryset:
            try:
                decide(fact.pk, signed_in(request))
            except RuleBroken as refused:
                self.message_user(request, refused.message, messages.ERROR)


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin):
    list_display = ("customer", "confidence", "computed_at")
    list_select_related = ("customer",)
    search_fields = ("=customer__number",)
    show_full_result_count = False
    actions = ("rebuild",)

    @admin.action(description=_("Rebuild from the facts"), permissions=["rebuild"])
    def rebuild(self, request: HttpRequest, queryset: QuerySet[Profile]) -> None:
        for profile in queryset:
            build_profile(customer_id=profile.pk, actor=signed_in(request))

    def has_rebuild_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("insight.build_profile"))


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    list_display = ("id", "customer", "kind", "happened", "known_at", "source")
    list_filter = ("kind", "happened")
    list_select_related = ("customer", "source")
    search_fields = ("=customer__number",)
    show_full_result_count = False
