"""Filters of the queue that somebody keeps: each with its count, one press away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import Actor, require, signed_in
from crm.web.page import redirect_to
from crm.web.undo import say
from interactions.models import SavedView
from interactions.web import queue
from interactions.web.forms import KeptFilterForm

_AT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept filter as a chip."""

    pk: int
    name: str
    url: str
    n: int
    on: bool
    mine: bool


def shown(request: HttpRequest, actor: Actor, now: datetime) -> list[Kept]:
    """Mine and those shared with everybody, counted to the cap."""
    current = queue.wish(request.GET).query
    rows = list(SavedView.objects.filter(Q(user=actor.pk) | Q(user=None))[:_AT_MOST])
    wishes = {row.pk: queue.wish(QueryDict(row.query)) for row in rows}
    counts = queue.counts_of(wishes, actor, now)
    return [
        Kept(
            pk=row.pk,
            name=row.name,
            url=f"{reverse('interactions:desk')}?{wishes[row.pk].query}",
            n=counts[row.pk],
            on=wishes[row.pk].query == current,
            mine=row.user_id == actor.pk,
        )
        for row in rows
    ]


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter that is on; the same name again replaces it."""
    actor = signed_in(request)
    require(actor, "interactions.view_interaction")
    form = KeptFilterForm(request.POST)
    if not form.is_valid():
        say(request, _("Give the filter a name of at most 40 letters."), tone="info")
        return redirect_to(request, reverse("interactions:desk"))
    asked = queue.wish(QueryDict(form.cleaned_data["query"]))
    mine = SavedView.objects.filter(user=actor.pk)
    name = form.cleaned_data["name"]
    if mine.exclude(name=name).count() >= _AT_MOST:
        say(request, _("You keep %(n)d already: forget one first.") % {"n": _AT_MOST}, tone="info")
    else:
        SavedView.objects.update_or_create(
            user_id=actor.pk or 0, name=name, defaults={"query": asked.query[:300]}
        )
        say(request, _("Kept."))
    return redirect_to(request, f"{reverse('interactions:desk')}?{asked.query}")


@login_required
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a filter of one's own."""
    actor = signed_in(request)
    require(actor, "interactions.view_interaction")
    SavedView.objects.filter(pk=pk, user=actor.pk).delete()
    say(request, _("Forgotten."))
    return redirect_to(request, reverse("interactions:desk"))
