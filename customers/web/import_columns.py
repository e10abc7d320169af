"""What the columns of a received file become: shown, corrected, kept under a name."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.page import redirect_to, render_page
from customers.imports import targets
from customers.imports.destinations import destinations
from customers.models import ImportRun
from customers.processes.import_customers import KIND, choose_columns
from customers.web.imports import begin, steps


@login_required
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Look at each column with its first values, say what it becomes, then try the file."""
    actor = signed_in(request)
    require(actor, "customers.import_customers")
    run = get_object_or_404(ImportRun, kind=KIND, public_id=public_id)
    if not run.preview.get("columns") or run.processed:
        return redirect_to(request, reverse("customers:import", args=[run.public_id]))
    problem = ""
    if request.method == "POST":
        try:
            chosen = choose_columns(run_id=run.pk, actor=actor, **_said(request.POST, run))
        except RuleBroken as wrong:
            problem = wrong.message
        else:
            begin(chosen, actor, "customers.tasks.try_file")
            return redirect_to(request, reverse("customers:import", args=[run.public_id]))
    record_access(actor=actor, action="view", subject="import", ids=[run.pk], purpose="service")
    status = 422 if problem else 200
    context = _context(run, request.POST, problem)
    return render_page(request, "customers/import_columns.html", context, status=status)


def _said(posted: Mapping[str, str], run: ImportRun) -> dict[str, Any]:
    names = run.preview["columns"]
    return {
        "choices": {name: posted.get(f"c{at}", targets.AS_IT_IS) for at, name in enumerate(names)},
        "source": posted.get("source", ""),
        "kind": posted.get("kind", ""),
        "keep_as": posted.get("keep_as", ""),
    }


def _context(run: ImportRun, posted: Mapping[str, str], problem: str) -> dict[str, Any]:
    names = run.preview["columns"]
    chosen = targets.chosen(run.mapping, names)
    goes = destinations(run.mapping)
    rows = [
        {
            "at": at,
            "name": name,
            "values": "; ".join(row[at] or _("(empty)") for row in run.preview["rows"][:3]),
            "choice": posted.get(f"c{at}", chosen[name]),
            "whole": chosen[name] == targets.AS_IT_IS,
            "goes": goes.get(name, ()) if chosen[name] == targets.AS_IT_IS else (),
        }
        for at, name in enumerate(names)
    ]
    kind = run.mapping.get("party", {}).get("kind", {}).get("value", "individual")
    return {
        "run": run,
        "rows": rows,
        "matched": sum(1 for row in rows if row["choice"]),
        "groups": _groups(),
        "problem": problem,
        "source": posted.get("source", run.mapping.get("source", "")),
        "keep_as": posted.get("keep_as", ""),
        "kind": posted.get("kind", kind),
        "steps": steps(run, columns=True),
        "heads": [
            {"label": _("In the file"), "class": "w-state"},
            {"label": _("First values")},
            {"label": _("Becomes"), "class": "w-cust"},
        ],
    }


def _groups() -> list[tuple[str, list[targets.Choice]]]:
    by_group = groupby(targets.choices(), key=lambda choice: str(choice.group))
    return [(group, list(choices)) for group, choices in by_group]


urlpatterns = [path("imports/<uuid:public_id>/columns", columns, name="import_columns")]
