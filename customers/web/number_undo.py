"""A move that was wrong is taken back, with what it took along."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers.models import NumberMove
from customers.processes.move_number import undo_move
from customers.web.number_rows import (
    address_of,
    asked_for,
    looked,
    other_end,
    party_behind,
    seen_among,
)


class UndoForm(forms.Form):
    """Why a move was wrong."""

    reason = forms.CharField(label=gettext_lazy("Why it was wrong"), max_length=200)


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int, move_id: int) -> HttpResponse:
    """Take a move back, with what it took along."""
    actor, customer = asked_for(request, pk)
    party = party_behind(customer)
    ours = NumberMove.objects.filter(Q(origin=party) | Q(target=party))
    move = get_object_or_404(ours.select_related("origin", "target"), pk=move_id)
    given = request.POST
    if request.method == "POST" and "reason" not in given:
        # The button of the notice: whoever presses it has just done it.
        given = QueryDict(urlencode({"reason": _("Taken back at once")}))
    form = UndoForm(given or None)
    if request.method == "POST" and form.is_valid():
        with beside(form):
            undone = undo_move(move_id=move.pk, reason=form.cleaned_data["reason"], actor=actor)
            said = ngettext(
                "Taken back: one row stands as before.",
                "Taken back: %(n)d rows stand as before.",
                undone.back,
            ) % {"n": undone.back}
            if undone.kept:
                stays = _("Changed since, left as it is: %(rows)s.")
                said = f"{said} {stays % {'rows': ', '.join(undone.kept)}}"
            say(request, said, tone="warning" if undone.kept else "success")
            return redirect_to(request, address_of(customer))
    seen = seen_among([move.origin.pk] if move.origin else [], actor)
    origin = other_end(move, move.target, seen)
    looked(actor, sorted({customer.pk, *(one.pk for one in seen.values())}), "number move")
    context = {
        "customer": customer,
        "move": move,
        "origin": origin,
        "form": form,
        "rows": _rows(move.ended),
    }
    return render_page(
        request, "customers/number_undo.html", context, status=422 if form.errors else 200
    )


def _rows(ended: list[dict[str, Any]]) -> list[str]:
    """What comes back, in words."""
    words = {
        "identifier": _("the number itself"),
        "contactmedium": _("a contact point"),
        "product": _("a service"),
    }
    return [words[one["table"]] for one in ended]


urlpatterns = [
    path("customers/<int:pk>/numbers/moves/<int:move_id>/undo", undo, name="undo_move"),
]
