"""Change many customers at once: pick or filter, look at what would change, let it run, undo."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.accounts.models import Team
from crm.audit.record import record_access
from crm.web.errors import beside
from crm.web.page import etagged, redirect_to, render_page
from customers import masking
from customers.listing import Wish
from customers.models import CleansingChange, CleansingJob, Customer
from customers.processes import cleanse_customers as cleansing
from customers.web.background import begin
from customers.web.list_forms import CleanseForm
from customers.web.order_items import name_of

_LISTED = 50
_BUSY = (CleansingJob.State.RUNNING, CleansingJob.State.UNDOING)


@login_required
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """The jobs so far, newest first."""
    require(signed_in(request), cleansing.PERMISSION)
    context = {
        "jobs": [
            (job, cleansing.FIELDS.get(job.field, job.field))
            for job in CleansingJob.objects.select_related("by")[:_LISTED]
        ],
        "heads": [
            {"label": head} for head in (_("Change"), _("Why"), _("By"), _("State"), _("Asked"))
        ],
    }
    return render_page(request, "customers/cleansing.html", context)


@login_required
@require_http_methods(["POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Say what shall change for the picked customers, or for all of the list."""
    actor = signed_in(request)
    require(actor, cleansing.PERMISSION)
    everybody = request.POST.get("whom") == "all"
    picked = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 19]  # noqa: PLR2004  # digits of a bigint
    wish = Wish.read(QueryDict(request.POST.get("query", "")).dict())
    # The first step comes from the list and has no words yet.
    form = CleanseForm(request.POST if "reason" in request.POST else None)
    if form.is_bound and form.is_valid():
        with beside(form):
            job = cleansing.show_job(
                asked=cleansing.Asked(**form.asked()),
                picked=None if everybody else picked,
                query=wish.query,
                actor=actor,
            )
            return redirect_to(request, reverse("customers:cleansing_job", args=[job.public_id]))
    meant = wish.customers(actor) if everybody else Customer.objects.filter(pk__in=picked)
    context = {
        "form": form,
        "picked": picked,
        "everybody": everybody,
        "query": wish.query,
        "count": meant.order_by()[:1001].count(),
    }
    status = 422 if form.errors else 200
    return render_page(request, "customers/cleanse.html", context, status=status)


@login_required
@require_GET
def job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One job: what it would do, how far it is, what became of it."""
    actor = signed_in(request)
    found = cleansing.job_of(public_id=public_id, actor=actor)
    shown = cleansing.preview(job=found, actor=actor) if found.state == "shown" else None
    counted = dict(found.changes.order_by().values_list("outcome").annotate(n=Count("id")))
    problems = list(
        found.changes.filter(outcome__in=["failed", "kept", "stuck"]).order_by("pk")[:_LISTED]
    )
    _record(actor, found, shown, problems)
    clear = masking.sees_people(actor)
    names = _named(found.field)
    context = {
        "job": found,
        "field": cleansing.FIELDS.get(found.field, found.field),
        "value": names(found.value),
        "shown": shown,
        "sample": _sample(shown, names, clear=clear),
        "outcomes": [
            (CleansingChange.Outcome(key).label, counted[key], key)
            for key in CleansingChange.Outcome.values
            if counted.get(key)
        ],
        "problems": _problems(problems, names, actor),
        "busy": found.state in _BUSY,
        "heads": [{"label": head} for head in (_("Customer"), _("Now"), _("Then"))],
        "problem_heads": [
            {"label": head}
            for head in (_("Customer"), _("Before"), _("After"), _("What became of it"))
        ],
    }
    answer = render_page(
        request, "customers/cleansing_job.html", context, fragment="customers/_cleansing_job.html"
    )
    return etagged(request, answer) if request.headers.get("HX-Request") else answer


def _heads(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


def _named(field: str) -> Any:
    """How a value of the field reads: a team by its name."""
    if field != "care_team_id":
        return lambda text: text or "–"
    teams = {str(pk): name for pk, name in Team.objects.values_list("pk", "name")}
    return lambda text: teams.get(text, text) or "–"


def _sample(shown: cleansing.Shown | None, names: Any, *, clear: bool) -> list[dict[str, Any]]:
    return [
        {
            "pk": customer.pk,
            "name": customer.name if clear else masking.name(customer.name, customer.number),
            "before": names(before),
            "after": names(after),
        }
        for customer, before, after in (shown.sample if shown else [])
    ]


def _problems(changes: list[CleansingChange], names: Any, actor: Actor) -> list[dict[str, Any]]:
    """What was kept or failed; whoever is out of sight, or in the archive, has a number only."""
    ids = [change.customer_id for change in changes]
    seen = Customer.objects.visible_to(actor).in_bulk(ids)
    return [
        {
            "change": change,
            "name": name_of(seen[change.customer_id], actor) if shown else change.customer_id,
            "before": names(change.before) if shown else masking.HIDDEN,
            "after": names(change.after) if shown else masking.HIDDEN,
            "shown": shown,
        }
        for change in changes
        for shown in [change.customer_id in seen]
    ]


def _record(
    actor: Any,
    found: CleansingJob,
    shown: cleansing.Shown | None,
    problems: list[CleansingChange],
) -> None:
    ids = [change.customer_id for change in problems]
    ids += [customer.pk for customer, _before, _after in (shown.sample if shown else [])]
    if ids:
        record_access(
            actor=actor,
            action="view",
            subject="customer",
            ids=ids,
            purpose="cleansing",
            detail=f"job {found.pk}",
        )


@login_required
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let it run."""
    return _moved(request, public_id, cleansing.start_job)


@login_required
@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it back where nobody edited since."""
    return _moved(request, public_id, cleansing.undo_job)


def _moved(request: HttpRequest, public_id: UUID, step: Any) -> HttpResponse:
    actor = signed_in(request)
    found = cleansing.job_of(public_id=public_id, actor=actor)
    step(job_id=found.pk, actor=actor)
    begin("customers.tasks.cleanse_customers", found.pk)
    return redirect_to(request, reverse("customers:cleansing_job", args=[public_id]))


urlpatterns = [
    path("cleansing/", jobs, name="cleansing"),
    path("cleansing/new", ask, name="cleanse"),
    path("cleansing/<uuid:public_id>/", job, name="cleansing_job"),
    path("cleansing/<uuid:public_id>/start", start, name="start_cleansing"),
    path("cleansing/<uuid:public_id>/undo", undo, name="undo_cleansing"),
]
