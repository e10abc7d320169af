"""The duplicates desk: pairs by score, merges of many, the search of the base."""

from typing import Any

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.access import Actor, require
from crm.web import navigation
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from customers.alike import LABELS
from customers.matching.compare import NEAR
from customers.models import DuplicateCase, MatchRun, Merge
from customers.processes.deduplicate import merge_agreed
from customers.web.duplicate_sides import DECIDE, Side, allowed, sides_of

_PAGE = 50


def may_decide_count(actor: Actor) -> int:
    """How many pairs wait; counted to a limit that a badge can show."""
    return DuplicateCase.objects.visible_to(actor).open()[:1001].count()


navigation.register(
    "customers:duplicates",
    label=gettext_lazy("Duplicates"),
    icon="git-merge",
    section="stewardship",
    order=10,
    permission=DECIDE,
    count=may_decide_count,
)


@login_required
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs that a person should decide, surest first; decided ones are kept to look at."""
    actor = allowed(request)
    state = request.GET.get("state", DuplicateCase.State.OPEN)
    if state not in DuplicateCase.State.values:
        state = DuplicateCase.State.OPEN
    cases = DuplicateCase.objects.visible_to(actor).filter(state=state)
    rows = list(
        _after(cases, request.GET.get("after", "")).select_related("left", "right")[: _PAGE + 1]
    )
    more = f"{rows[_PAGE - 1].score}-{rows[_PAGE - 1].pk}" if len(rows) > _PAGE else ""
    sides = sides_of(rows[:_PAGE], actor)
    heads = [_("Score"), _("Record"), _("May be the same as"), _("What agrees"), _("Found")]
    context = {
        "rows": [_listed(case, sides) for case in rows[:_PAGE]],
        "heads": [{"label": head} for head in heads],
        "state": state,
        "states": DuplicateCase.State.choices,
        "more": more,
        "sure": cases.filter(sure=True)[:1001].count() if state == "open" else 0,
        "run": MatchRun.objects.order_by("-pk").first(),
        "merges": _newest_merges(actor),
        "may_merge": actor.has_perm("customers.merge_records"),
    }
    return render_page(request, "customers/duplicates.html", context)


def _after(cases: "QuerySet[DuplicateCase]", mark: str) -> "QuerySet[DuplicateCase]":
    score, _dash, pk = mark.partition("-")
    if score.isdecimal() and pk.isdecimal():
        cases = cases.filter(Q(score__lt=int(score)) | Q(score=int(score), pk__gt=int(pk)))
    return cases.order_by("-score", "pk")


def _listed(case: DuplicateCase, sides: dict[int, Side]) -> dict[str, Any]:
    agreeing = [LABELS[one["key"]] for one in case.reasons if one["level"] >= NEAR]
    return {
        "case": case,
        "left": sides[case.left_id],
        "right": sides[case.right_id],
        "agrees": ", ".join(str(label) for label in agreeing[:4]),
        "url": reverse("customers:duplicate", args=[case.public_id]),
    }


def _newest_merges(actor: Actor) -> "QuerySet[Merge]":
    merges = Merge.objects.select_related("survivor", "merged").order_by("-pk")
    return merges[:5] if actor.has_perm("customers.merge_records") else merges.none()


@login_required
@require_POST
def merge_many(request: HttpRequest) -> HttpResponse:
    """Merge the chosen pairs now, or every sure pair in the background."""
    actor = allowed(request)
    require(actor, "customers.merge_records")
    if "sure" in request.POST:
        _send("customers.tasks.merge_sure_pairs", actor)
        say(request, _("Sure pairs are being merged. Each merge can be undone on its own."))
        return redirect_to(request, reverse("customers:duplicates"))
    chosen = [one for one in request.POST.getlist("case") if one.isdecimal()]
    batch = merge_agreed(case_ids=[int(one) for one in chosen[:_PAGE]], actor=actor)
    say(
        request,
        _("%(merged)d merged, %(left)d left for a person.")
        % {"merged": batch.merged, "left": len(batch.left)},
    )
    return redirect_to(request, reverse("customers:duplicates"))


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Search the base for duplicates in the background."""
    actor = allowed(request)
    _send("customers.tasks.search_for_duplicates", actor)
    say(request, _("The search runs. Pairs appear here as they are found."))
    return redirect_to(request, reverse("customers:duplicates"))


def _send(task: str, actor: Actor) -> None:
    try:
        current_app.send_task(task, args=[actor.pk])
    except OperationalError:
        # The broker is away; a search runs each night anyway, a batch can be asked for again.
        return


urlpatterns = [
    path("duplicates/", duplicates, name="duplicates"),
    path("duplicates/search", search, name="search_duplicates"),
    path("duplicates/merge", merge_many, name="merge_many"),
]
