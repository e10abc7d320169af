from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.read_only_admin import ReadOnlyAdmin
from crm.web import navigation
from crm.web.models import AgentNotice

admin.site.site_header = settings.CRM_BRAND
admin.site.site_title = settings.CRM_BRAND
admin.site.index_title = _("Administration")

navigation.register(
    "admin:index",
    label=_("Accounts and system"),
    icon="settings",
    section="administration",
    order=90,
    permission="accounts.change_user",
)


@admin.register(AgentNotice)
class AgentNoticeAdmin(ReadOnlyAdmin):
    """What staff were told on screen; looked at, never changed."""

    list_display = ("created_at", "user", "level", "title", "read_at")
    list_filter = ("level",)
    list_select_related = ("user",)
    search_fields = ("dedupe_key__exact",)
    ordering = ("-id",)
