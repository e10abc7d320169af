"""The list of customers: filters in the address, columns of one's own, lists that are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.web import words
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers import masking
from customers.listing import COLUMNS, ORDERS, Column, Wish, chosen_columns, said_of
from customers.models import Customer, CustomerView
from customers.web.list_forms import KeepListForm

_PAGE = 50
_COUNTED = 1001
_KEPT = 12
_BIGINT = 19


@dataclass(frozen=True, slots=True)
class Row:
    """One customer on the list; the cells behind the name are words, a moment or nothing."""

    customer: Customer
    name: str
    cells: list[tuple[Column, Any]]


@login_required
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """A page of customers in the order asked for, or those a text finds."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    view = _view(request, actor)
    wish = Wish.read(request.GET)
    columns = _columns(request, view)
    filtered = wish.filter(actor)
    shown, older = _page(wish, filtered.qs.select_related("care_team"), request)
    _record(actor, shown)
    clear = masking.sees_people(actor)
    context = {
        "wish": wish,
        "form": filtered.form,
        "orders": [(key, label) for key, (_order, label) in ORDERS.items()],
        "columns": columns,
        "all_columns": COLUMNS.values(),
        "heads": [*({"label": column.label} for column in columns), *_pick_head(actor)],
        "rows": list(_rows(shown, columns, clear=clear)),
        "older": older,
        "deeper": bool(request.GET.get("after")),
        "count": filtered.qs.order_by()[:_COUNTED].count(),
        "views": _views(actor, view),
        "view": view,
        "mine": view is not None and view.owner_id == actor.pk,
        "keep": KeepListForm(may_share=actor.has_perm("customers.share_customerview")),
        "chosen": ",".join(column.key for column in columns),
        "may_record": actor.has_perm("customers.record_customer"),
        "may_import": actor.has_perm("customers.import_customers"),
        "may_export": actor.has_perm("customers.export_customers"),
        "may_cleanse": actor.has_perm("customers.cleanse_customers"),
    }
    return render_page(request, "customers/list.html", context)


def _pick_head(actor: Actor) -> Iterator[dict[str, Any]]:
    if actor.has_perm("customers.cleanse_customers"):
        yield {"label": _("Pick"), "hidden": True}


def _view(request: HttpRequest, actor: Actor) -> CustomerView | None:
    asked = request.GET.get("view", "")
    if not asked.isdecimal() or len(asked) >= _BIGINT:
        return None
    return CustomerView.objects.offered_to(actor).filter(pk=int(asked)).first()


def _columns(request: HttpRequest, view: CustomerView | None) -> list[Column]:
    if view and view.locked:
        return chosen_columns(view.columns)
    return chosen_columns(request.GET.getlist("col") or (view.columns if view else ()))


def _page(wish: Wish, asked: Any, request: HttpRequest) -> tuple[list[Customer], int | None]:
    after = None
    key = request.GET.get("after", "")
    if key.isdecimal() and len(key) < _BIGINT:
        after = Customer.objects.filter(pk=int(key)).first()
    rows = list(wish.in_order(asked, after)[: _PAGE + 1])
    return rows[:_PAGE], rows[_PAGE - 1].pk if len(rows) > _PAGE else None


def _rows(shown: list[Customer], columns: list[Column], *, clear: bool) -> Iterator[Row]:
    for customer in shown:
        (_name, name), *cells = said_of(customer, columns, clear=clear)
        yield Row(customer, str(name), [(column, _shown(column, value)) for column, value in cells])


def _shown(column: Column, value: Any) -> Any:
    return words.plain(value) if column.key == "segment" else value


def _views(actor: Actor, on: CustomerView | None) -> list[dict[str, Any]]:
    return [
        {
            "name": view.name,
            "shared": view.shared,
            "url": address_of(view),
            "on": on is not None and on.pk == view.pk,
        }
        for view in CustomerView.objects.offered_to(actor)[:_KEPT]
    ]


def address_of(view: CustomerView) -> str:
    """Where a kept list is shown."""
    return f"{reverse('customers:list')}?{view.query}&{urlencode({'view': view.pk})}".replace(
        "?&", "?"
    )


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list as it is shown; the same name again replaces one's own."""
    actor = signed_in(request)
    require(actor, "customers.view_customer")
    may_share = actor.has_perm("customers.share_customerview")
    form = KeepListForm(request.POST, may_share=may_share)
    wish = Wish.read(QueryDict(request.POST.get("query", "")).dict())
    if not form.is_valid():
        say(request, _("Give the list a name of at most 60 letters."), tone="info")
        return redirect_to(request, f"{reverse('customers:list')}?{wish.query}")
    said = form.cleaned_data
    shared = bool(said.get("shared"))
    try:
        with transaction.atomic():
            view, _new = CustomerView.objects.update_or_create(
                owner_id=actor.pk,
                name=said["name"],
                defaults={
                    "query": wish.kept,
                    "columns": [
                        column.key for column in chosen_columns(said["columns"].split(","))
                    ],
                    "shared": shared,
                    "locked": shared and bool(said.get("locked")),
                },
            )
    except IntegrityError:
        # Kept twice in the same moment: the other one stands.
        return redirect_to(request, f"{reverse('customers:list')}?{wish.query}")
    say(request, _("Kept."))
    return redirect_to(request, address_of(view))


@login_required
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a list of one's own."""
    actor = signed_in(request)
    CustomerView.objects.filter(pk=pk, owner=actor.pk).delete()
    say(request, _("Forgotten."))
    return redirect_to(request, reverse("customers:list"))


def _record(actor: Actor, shown: list[Customer]) -> None:
    if shown:
        record_access(
            actor=actor,
            action="view",
            subject="customer",
            ids=[one.pk for one in shown],
            purpose="service",
            detail="list",
        )


urlpatterns = [
    path("customers/", customers, name="list"),
    path("customers/lists", keep, name="keep_list"),
    path("customers/lists/<int:pk>/forget", forget, name="forget_list"),
]
