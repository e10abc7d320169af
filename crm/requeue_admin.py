"""Admin of what is owed until it is done: find what was given up, and have it tried again."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.read_only_admin import ReadOnlyAdmin


class OwedFilter(admin.SimpleListFilter):
    """What is owed, by what a person must do about it."""

    title = _("state")
    parameter_name = "state"
    done: ClassVar[str] = "done_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("dead", _("Given up")), ("waiting", _("Waiting")), ("done", _("Done"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "dead":
                return queryset.exclude(dead_at=None)
            case "waiting":
                return queryset.filter(**{self.done: None}, dead_at=None)
            case "done":
                return queryset.exclude(**{self.done: None})
        return queryset


class RequeueAdmin(ReadOnlyAdmin):
    """Rows whose queryset has `requeue()`: it gives those that were given up a fresh start."""

    actions = ("requeue",)
    ordering = ("-id",)

    @admin.action(description=_("Try again"), permissions=["requeue"])
    def requeue(self, request: HttpRequest, queryset: Any) -> None:
        revived = queryset.requeue()
        self.message_user(
            request,
            ngettext("%d delivery is tried again.", "%d deliveries are tried again.", revived)
            % revived,
            messages.SUCCESS if revived else messages.WARNING,
        )

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("events.requeue_delivery"))
