"""Readiness for administrators: everything to read, state changed only by the processes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import CarefulAdmin
from crm.read_only_admin import ReadOnlyAdmin
from readiness.models import (
    Acceptance,
    AcceptanceCondition,
    ArticleText,
    CapabilitySlot,
    CapabilityVersion,
    Clause,
    GuidanceUse,
    Introduction,
    KnowledgeArticle,
    OrtResult,
    OrtRun,
    Procedure,
    ProcedureVersion,
    ProcessElement,
    Stage,
    Waiver,
)
from readiness.processes.introduce_capability import hold_capability, resume_capability
from readiness.processes.keep_knowledge import judge_article, write_article
from readiness.processes.keep_procedures import (
    approve_procedure,
    draft_procedure,
    withdraw_procedure,
)
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


@admin.register(Procedure)
class ProcedureAdmin(CarefulAdmin):
    list_display = ("title", "key", "process", "verticals", "review_every", "owner")
    list_select_related = ("owner",)
    search_fields = ("key__startswith",)
    raw_id_fields = ("owner",)

    def get_readonly_fields(self, request: HttpRequest, obj: Procedure | None = None) -> Any:
        return ("key",) if obj else ()


@admin.register(ProcedureVersion)
class ProcedureVersionAdmin(CarefulAdmin):
    """A new row is a draft by whoever writes it; its way from there are the actions."""

    list_display = ("procedure", "number", "state", "effective_from", "review_due", "author")
    list_filter = ("state",)
    list_select_related = ("procedure", "author")
    search_fields = ("procedure__key__startswith",)
    fields = ("procedure", "body", "change_note", "to_be_read")
    actions = ("approve", "withdraw")

    def has_change_permission(
        self, request: HttpRequest, obj: ProcedureVersion | None = None
    ) -> bool:
        # Another wording is another version.
        return obj is None and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: ProcedureVersion, form: Any, change: bool
    ) -> None:
        written = draft_procedure(
            procedure_id=obj.procedure_id,
            body=obj.body,
            change_note=obj.change_note,
            to_be_read=obj.to_be_read,
            actor=signed_in(request),
        )
        obj.pk, obj.number = written.pk, written.number

    @admin.action(description=_("Approve"), permissions=["approve"])
    def approve(self, request: HttpRequest, queryset: QuerySet[ProcedureVersion]) -> None:
        actor = signed_in(request)
        self.attempt(
            request, queryset, lambda one: approve_procedure(version_id=one.pk, actor=actor)
        )

    @admin.action(description=_("Withdraw"), permissions=["approve"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[ProcedureVersion]) -> None:
        actor = signed_in(request)
        self.attempt(
            request, queryset, lambda one: withdraw_procedure(version_id=one.pk, actor=actor)
        )

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("readiness.approve_procedure")


class _Texts(admin.StackedInline[ArticleText, KnowledgeArticle]):
    model = ArticleText
    extra = 0
    can_delete = False


@admin.register(KnowledgeArticle)
class KnowledgeArticleAdmin(CarefulAdmin):
    """Texts are written here and validated by the action; a new wording is not validated yet."""

    list_display = ("key", "confidence", "audience", "valid_until", "shown", "used", "solved")
    list_filter = ("confidence", "audience")
    search_fields = ("key__startswith",)
    raw_id_fields = ("owner",)
    readonly_fields = ("confidence", "shown", "used", "solved")
    inlines = (_Texts,)
    actions = ("validate", "archive")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if isinstance(formset, forms.BaseModelFormSet) and formset.model is ArticleText:
            said = [f.cleaned_data for f in formset.forms if f.has_changed() and f.cleaned_data]
            texts = {one["language"]: (one["title"], one["body"]) for one in said}
            write_article(article_id=form.instance.pk, texts=texts, actor=signed_in(request))
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    @admin.action(description=_("Validated"), permissions=["judge"])
    def validate(self, request: HttpRequest, queryset: QuerySet[KnowledgeArticle]) -> None:
        self._judge(request, queryset, KnowledgeArticle.Confidence.VALIDATED)

    @admin.action(description=_("Archive"), permissions=["judge"])
    def archive(self, request: HttpRequest, queryset: QuerySet[KnowledgeArticle]) -> None:
        self._judge(request, queryset, KnowledgeArticle.Confidence.ARCHIVED)

    def _judge(
        self, request: HttpRequest, queryset: QuerySet[KnowledgeArticle], confidence: str
    ) -> None:
        actor = signed_in(request)
        self.attempt(
            request,
            queryset,
            lambda one: judge_article(article_id=one.pk, confidence=confidence, actor=actor),
        )

    def has_judge_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("readiness.approve_procedure")


@admin.register(GuidanceUse)
class GuidanceUseAdmin(ReadOnlyAdmin):
    list_display = ("subject", "step", "article", "version", "at")
    list_filter = ("step",)
    list_select_related = ("article", "version__procedure")
    search_fields = ("subject__exact",)
    ordering = ("-id",)
