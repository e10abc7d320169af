from django.contrib import admin
from django.http import HttpRequest

from crm.web.models import AgentNotice


@admin.register(AgentNotice)
class AgentNoticeAdmin(admin.ModelAdmin[AgentNotice]):
    """What staff were told on screen; looked at, never changed."""

    list_display = ("created_at", "user", "level", "title", "read_at")
    list_filter = ("level",)
    search_fields = ("title", "dedupe_key", "user__username")
    date_hierarchy = "created_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AgentNotice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AgentNotice | None = None) -> bool:
        return False
