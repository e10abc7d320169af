"""Django admin as a door: large tables stay cheap, nothing is deleted, processes change."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import (
    FieldDoesNotExist,
    ObjectDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.errors import RuleBroken
from crm.row_changes import Change, changes_of_rows, event_model

MOST_AT_ONCE = 200
_SHOWN_CHANGES = 200
_COUNTED = 1000
_LARGEST_KEY = 2**63 - 1


class CappedPaginator(Paginator[Any]):
    """Counts to a thousand and no further: a million rows are not counted to show fifty."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:_COUNTED].count())

    @property
    def capped(self) -> bool:
        return self.count == _COUNTED


def among(
    column: str, title: Any, known: Callable[[], Iterable[tuple[str, Any]]]
) -> type[admin.SimpleListFilter]:
    """A filter over values known beforehand: the table is not read through to list them."""

    class Among(admin.SimpleListFilter):
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return list(known())

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    Among.title = title
    return Among


class CarefulAdmin(admin.ModelAdmin[Any]):
    """Search by exact or leading value of an indexed column, a capped count, no deleting.

    `search_fields` are lookups of the model's own indexed columns ("number__startswith"); a value
    that does not fit a column is not asked for there. `aggregate` names the thing in the event
    log, so that the history leads to the events about it.
    """

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    # A count for every value of every filter is a count of the whole table.
    show_facets = admin.ShowFacets.NEVER
    object_history_template = "admin/row_history.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        asked = Q(pk__in=[]) | self.also_found(request, text)
        for lookup in self.search_fields:
            value = _fitting(self.model, str(lookup), text)
            if value is not None:
                asked |= Q(**{str(lookup): value})
        return queryset.filter(asked), False

    def also_found(self, request: HttpRequest, text: str) -> Q:
        """What a search finds besides the columns of the table itself."""
        return Q(pk__in=[])

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def attempt(
        self, request: HttpRequest, chosen: QuerySet[Any], step: Callable[[Any], object]
    ) -> None:
        """Let a process have each chosen row, and say of each refusal what the process said."""
        rows = list(chosen[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            refused = _("More than %(most)d rows were chosen. Nothing was done; choose fewer.")
            self.message_user(request, refused % {"most": MOST_AT_ONCE}, messages.ERROR)
            return
        done = sum(self._attempted(request, row, step) for row in rows)
        if done:
            said = ngettext("%d row: done.", "%d rows: done.", done) % done
            self.message_user(request, said, messages.SUCCESS)

    def _attempted(self, request: HttpRequest, row: Any, step: Callable[[Any], object]) -> bool:
        try:
            step(row)
        except RuleBroken as broken:
            why = broken.message
        except PermissionDenied as denied:
            why = str(denied)
        except ObjectDoesNotExist:
            why = _("It is not there any more.")
        else:
            return True
        self.message_user(request, f"{self.called(row)}: {why}", messages.ERROR)
        return False

    def called(self, row: Any) -> str:
        """How messages name a row."""
        return str(row)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        more = dict(extra_context or {})
        key = _fitting(self.model, "pk", unquote(object_id))
        row = self.get_queryset(request).filter(pk=key).first() if key is not None else None
        # Whether the reader may see any of it is asked below, before anything is shown.
        if row is not None:
            if event_model(self.model) is not None:
                more["changes"] = self.shown_changes(request, row)
            if request.user.has_perm("events.view_outboxevent"):
                more["aggregate"] = self.aggregate_of(row)
        return super().history_view(request, object_id, more)

    def aggregate_of(self, row: Any) -> str:
        """The name of the row in the event log; empty when no event is about it."""
        return ""

    def shown_changes(self, request: HttpRequest, row: Any) -> list[Change]:
        """The field history of one row, as this reader may see it."""
        return changes_of_rows(self.model, [row], _SHOWN_CHANGES, {"revision", "updated_at"})


def _fitting(model: type[Model], lookup: str, text: str) -> Any:
    """The text as a value of the column a lookup asks; None when it cannot be one."""
    try:
        value = _column(model, lookup).to_python(text)
    except ValidationError:
        return None
    return None if isinstance(value, int) and abs(value) > _LARGEST_KEY else value


def _column(model: type[Model], lookup: str) -> Any:
    options: Any = model._meta
    column: Any = None
    for part in lookup.split("__"):
        try:
            column = options.pk if part == "pk" else options.get_field(part)
        except FieldDoesNotExist:
            break
        if column.is_relation:
            options = column.related_model._meta
    return column
