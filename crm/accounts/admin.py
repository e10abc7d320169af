"""People, teams and partner systems."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User


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


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("name", "slug", "time_zone")
    search_fields = ("name", "slug")
