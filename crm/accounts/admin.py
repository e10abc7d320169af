"""People, teams and partner systems."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User
from crm.careful_admin import CarefulAdmin


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_partner")
    list_filter = ("is_active", "is_partner", "groups", "teams")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("Work"),
            {"fields": ("teams", "language", "languages_spoken", "time_zone", "single_keys")},
        ),
        (
            _("May"),
            {"fields": ("is_active", "is_staff", "is_partner", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups", "user_permissions", "teams")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Whoever leaves is switched off: what they did keeps their name.
        return False


@admin.register(Team)
class TeamAdmin(CarefulAdmin):
    list_display = ("name", "slug", "time_zone")
    search_fields = ("name__icontains", "slug__startswith")
