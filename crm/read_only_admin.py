"""An admin page that shows and never edits: for logs, and for state that only processes change."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from crm.careful_admin import CarefulAdmin


class ReadOnlyAdmin(CarefulAdmin):
    """Look, search and run declared actions: for logs, and for what only processes change."""

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        hidden = set(self.exclude or ())
        named = [field.name for field in self.opts.concrete_fields if field.name not in hidden]
        return [*named, *self.readonly_fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # Django asks this for actions too; the form itself stays read-only without it.
        return False
