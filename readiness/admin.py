"""Readiness for administrators: everything to read, state changed only by the processes."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.read_only_admin import ReadOnlyAdmin
from readiness.models import (
    Acceptance,
    AcceptanceCondition,
    CapabilitySlot,
    CapabilityVersion,
    Clause,
    Introduction,
    OrtResult,
    OrtRun,
    ProcessElement,
    Stage,
    Waiver,
)
from readiness.processes.introduce_capability import hold_capability, resume_capability
from readiness.processes.run_readiness_test import run_readiness_test


@admin.register(CapabilitySlot)
class CapabilitySlotAdmin(ReadOnlyAdmin):
    list_display = ("key", "title", "kind", "unit", "on_absence", "personal_data", "billing")
    search_fields = ("key__startswith", "title__icontains")


@admin.register(CapabilityVersion)
class CapabilityVersionAdmin(ReadOnlyAdmin):
    list_display = ("slot", "number", "state", "state_since", "author", "re_ort_due")
    list_filter = ("state", "change", "slot")
    list_select_related = ("slot", "author")
    search_fields = ("fingerprint__exact", "slot__key__startswith", "change_note__icontains")
    ordering = ("slot__key", "-number")
    actions = ("hold", "resume", "test")

    @admin.action(description=_("Hold now"), permissions=["introduce"])
    def hold(self, request: HttpRequest, queryset: QuerySet[CapabilityVersion]) -> None:
        actor, reason = signed_in(request), str(_("Held in admin."))
        self.attempt(
            request,
            queryset,
            lambda one: hold_capability(version_id=one.pk, reason=reason, actor=actor),
        )

    @admin.action(description=_("Put back into use"), permissions=["introduce"])
    def resume(self, request: HttpRequest, queryset: QuerySet[CapabilityVersion]) -> None:
        actor, reason = signed_in(request), str(_("Put back in admin."))
        self.attempt(
            request,
            queryset,
            lambda one: resume_capability(version_id=one.pk, reason=reason, actor=actor),
        )

    @admin.action(description=_("Run the readiness test"), permissions=["test"])
    def test(self, request: HttpRequest, queryset: QuerySet[CapabilityVersion]) -> None:
        actor = signed_in(request)
        self.attempt(
            request, queryset, lambda one: run_readiness_test(version_id=one.pk, actor=actor)
        )

    def has_introduce_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("readiness.introduce_capability")

    def has_test_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("readiness.run_readiness_test")


@admin.register(OrtRun)
class OrtRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "version", "verdict", "started_by", "started_at", "finished_at")
    list_filter = ("verdict",)
    list_select_related = ("version__slot", "started_by")
    ordering = ("-id",)


@admin.register(OrtResult)
class OrtResultAdmin(ReadOnlyAdmin):
    list_display = ("run", "case", "outcome", "blocking", "evidence", "seconds")
    list_filter = ("outcome", "category")
    list_select_related = ("run",)
    ordering = ("-id",)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyAdmin):
    list_display = ("version", "role", "decision", "by", "at")
    list_filter = ("role", "decision")
    list_select_related = ("version__slot", "by")
    ordering = ("-id",)


@admin.register(Waiver)
class WaiverAdmin(ReadOnlyAdmin):
    list_display = ("result", "risk", "approved_by", "expires_at")
    list_select_related = ("result", "approved_by")


@admin.register(AcceptanceCondition)
class AcceptanceConditionAdmin(ReadOnlyAdmin):
    list_display = ("text", "due", "closed_at")


@admin.register(Introduction)
class IntroductionAdmin(ReadOnlyAdmin):
    list_display = ("version", "owner", "started_at", "els_until")
    list_select_related = ("version__slot", "owner")


@admin.register(Stage)
class StageAdmin(ReadOnlyAdmin):
    list_display = ("introduction", "order", "percent", "entered_at", "exited_at")
    list_select_related = ("introduction",)


@admin.register(ProcessElement)
class ProcessElementAdmin(ReadOnlyAdmin):
    list_display = ("number", "name", "level", "original_id", "maturity")
    search_fields = ("number__startswith", "name__icontains")


@admin.register(Clause)
class ClauseAdmin(ReadOnlyAdmin):
    list_display = ("requirement", "process", "text", "status", "built")
    list_filter = ("built", "status", "process")
    list_select_related = ("process",)
