"""The field history of a record, each value with a way to put it back."""

from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.row_changes import Change
from crm.web.page import redirect_to, render_panel
from crm.web.undo import say
from customers import masking
from customers.history import changes_of
from customers.models import Customer
from customers.processes.restore_value import RESTORABLE, restore_value
from customers.web.forms import TRIGGERS
from customers.web.wording import Column, Wording, wording

_FIRST, _ALL = 60, 1000
# There are several of them: which one changed is said.
_OF_SEVERAL = {"contactmedium", "identifier", "account", "agreement", "product"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One change in words."""

    change: Change
    before: str
    after: str
    why: str
    where: str
    which: str
    restorable: bool


@login_required
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """The field history, as a panel of the customer page; on its own page all of it."""
    actor = signed_in(request)
    require(actor, masking.PERMISSION)
    customer = get_object_or_404(Customer.objects.visible_to(actor).select_related("party"), pk=pk)
    record_access(
        actor=actor,
        action="view",
        subject="customer",
        ids=[customer.pk],
        purpose="service",
        detail="changes",
    )
    whole = "all" in request.GET
    billing = masking.sees_billing(actor, masking.caller_level(actor, customer.pk))
    found = changes_of(customer, _ALL if whole else _FIRST, billing=billing)
    may_restore = actor.has_perm("customers.update_information")
    said = wording(
        ((_column(one), value) for one in found for value in (one.before, one.after)), actor
    )
    context = {
        "customer": customer,
        "changes": [_shown(one, said, may_restore=may_restore) for one in found],
        "more": not whole and len(found) == _FIRST,
    }
    return render_panel(request, "customers/_changes.html", context, title=_("Changes"))


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one earlier value back."""
    actor = signed_in(request)
    require(actor, masking.PERMISSION)
    event = request.POST.get("event", "")
    if not event.isdecimal():
        raise RuleBroken("unknown-change", _("This change is not on record."), kind="input")
    thing, field = request.POST.get("thing", ""), request.POST.get("field", "")
    value = restore_value(
        customer_id=pk,
        thing=thing,
        event_id=int(event),
        field=field,
        trigger="back-office-cleansing",
        actor=actor,
    )
    said = _("Put back: %(value)s. The change stands in the history like any other.")
    column = _field(thing, field)
    say(request, said % {"value": wording([(column, value)], actor).of(column, value)})
    return redirect_to(request, reverse("customers:page", args=[pk]))


def _column(change: Change) -> Column:
    return _field(change.model, change.field)


def _field(model: str, name: str) -> Column:
    return cast("Column", apps.get_model("customers", model)._meta.get_field(name))


def _shown(change: Change, said: Wording, *, may_restore: bool) -> Shown:
    whys: dict[str, Any] = dict(TRIGGERS)
    column = _column(change)
    return Shown(
        change=change,
        before=said.of(column, change.before),
        after=said.of(column, change.after),
        why=str(whys.get(change.why, change.why)),
        where=_where(change.where),
        which=change.row if change.model in _OF_SEVERAL else "",
        restorable=may_restore and change.field in RESTORABLE.get(change.model, ()),
    )


def _where(address: str) -> str:
    """From where a change came, by the door it used."""
    if not address:
        return ""
    if address.startswith(("/tmf-api/", "/api/")):
        return _("over the API")
    return _("in the administration") if address.startswith("/admin/") else _("on screen")


urlpatterns = [
    path("customers/<int:pk>/changes", changes, name="changes"),
    path("customers/<int:pk>/restore", restore, name="restore"),
]
