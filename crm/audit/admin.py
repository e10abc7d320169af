"""Who looked at what, and the seals over it."""

from django.contrib import admin

from crm.audit.models import Access, Seal
from crm.read_only_admin import ReadOnlyAdmin


@admin.register(Access)
class AccessAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "action", "subject", "subject_ids", "purpose")
    list_filter = ("action",)
    search_fields = ("pk__exact", "subject__exact")
    ordering = ("-id",)


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ("first", "last", "sealed_at", "digest")
    ordering = ("-last",)
