"""Imports for administrators: to follow, and to go on with one that was cut off."""

from typing import ClassVar

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.errors import RuleBroken
from crm.read_only_admin import ReadOnlyAdmin
from customers.models import (
    ImportChange,
    ImportedRecord,
    ImportKept,
    ImportMapping,
    ImportProblem,
    ImportRun,
)
from customers.personal_admin import (
    Masks,
    PersonalReadOnlyAdmin,
    hidden,
)
from customers.processes.import_customers import KIND


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "file_name", "kind", "state", "total", "created", "updated", "failed", "by",
        "started_at", "finished_at",
    )  # fmt: skip
    list_filter = ("kind", "state")
    list_select_related = ("by",)
    search_fields = ("pk__exact", "public_id__exact")
    ordering = ("-id",)
    actions = ("resume",)

    @admin.action(description=_("Go on with the import"), permissions=["import"])
    def resume(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> None:
        actor = signed_in(request)
        self.attempt(request, queryset, lambda run: _resume(run, actor.pk))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.import_customers")


def _resume(run: ImportRun, user_id: int | None) -> None:
    """A second worker goes on where the first one stopped; rows that are in stay as they are."""
    cut_off = {ImportRun.State.RUNNING, ImportRun.State.FAILED}
    if run.kind != KIND or run.state not in cut_off or not run.path:
        raise RuleBroken(
            "not-cut-off", str(_("Only an import of customers that was cut off goes on."))
        )
    try:
        current_app.send_task("customers.tasks.take_in_file", args=[run.pk, user_id], retry=False)
    except OperationalError as problem:
        raise RuleBroken(
            "no-workers",
            str(_("The workers cannot be reached. Nothing was lost; try again later.")),
        ) from problem


@admin.register(ImportedRecord)
class ImportedRecordAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "run", "line", "customer_id")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Customer, or id of the import")
    ordering = ("-id",)
    masked: ClassVar[Masks] = {"row": hidden}


@admin.register(ImportProblem)
class ImportProblemAdmin(PersonalReadOnlyAdmin):
    list_display = ("id", "run", "line", "column", "value", "reason")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)
    subject, subject_id, found_through = "import", "run_id", ""
    masked: ClassVar[Masks] = {"value": hidden, "row": hidden, "reason": hidden}


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "run", "customer_id", "table", "row_id", "how")
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)


@admin.register(ImportKept)
class ImportKeptAdmin(ReadOnlyAdmin):
    list_display = ("id", "run", "line", "customer_id", "outcome", "reason")
    list_filter = ("outcome",)
    list_select_related = ("run",)
    search_fields = ("run_id__exact", "pk__exact")
    search_help_text = _("Id of the import")
    ordering = ("-id",)


@admin.register(ImportMapping)
class ImportMappingAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "by", "saved_at")
    list_select_related = ("by",)
    ordering = ("name",)
