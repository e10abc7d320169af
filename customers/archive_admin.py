"""What was archived, for administrators: to follow, and to bring back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import signed_in
from crm.careful_admin import among
from crm.read_only_admin import ReadOnlyAdmin
from customers import archivable
from customers.models import (
    ArchivedRecord,
    ArchiveFile,
    ArchiveRun,
)
from customers.personal_admin import (
    Masks,
    PersonalReadOnlyAdmin,
    hidden,
)
from customers.processes import archive_information


def _data_classes() -> list[tuple[str, Any]]:
    return [(one.key, one.key) for one in archivable.registered()]


@admin.register(ArchiveRun)
class ArchiveRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "data_class", "capability_version", "started_at", "finished_at", "archived", "held",
    )  # fmt: skip
    list_filter = ("data_class",)
    list_select_related = ("capability_version__slot",)
    search_fields = ("pk__exact",)
    ordering = ("-id",)


@admin.register(ArchiveFile)
class ArchiveFileAdmin(ReadOnlyAdmin):
    list_display = ("id", "path", "run", "rows", "sealed_at")
    list_select_related = ("run",)
    search_fields = ("path__startswith", "run_id__exact")
    ordering = ("-id",)


@admin.register(ArchivedRecord)
class ArchivedRecordAdmin(PersonalReadOnlyAdmin):
    list_display = (
        "id", "data_class", "label", "customer_id", "happened_at", "archived_at", "restored_at",
        "capability_version",
    )  # fmt: skip
    list_filter = (among("data_class", _("data class"), _data_classes),)
    list_select_related = ("file", "capability_version__slot")
    search_fields = ("pk__exact", "file_id__exact")
    search_help_text = _("Customer, or id")
    ordering = ("-id",)
    actions = ("restore",)
    masked: ClassVar[Masks] = {"label": hidden}

    def aggregate_of(self, row: Any) -> str:
        return f"customer:{row.customer_id}" if row.customer_id else ""

    @admin.action(description=_("Bring back"), permissions=["restore"])
    def restore(self, request: HttpRequest, queryset: QuerySet[ArchivedRecord]) -> None:
        actor = signed_in(request)
        self.attempt(
            request,
            queryset,
            lambda one: archive_information.restore(record_id=one.pk, actor=actor),
        )

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).has_perm("customers.archive_information")
