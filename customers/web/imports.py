"""Import a file of customers: upload, columns, trial run, import, and undo."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import etagged, redirect_to, render_page
from customers.imports import targets
from customers.imports.destinations import destinations
from customers.imports.shipped import shipped
from customers.models import (
    Customer,
    DuplicateCase,
    ImportedRecord,
    ImportMapping,
    ImportRun,
    MatchRun,
)
from customers.processes.import_customers import KIND, receive_file
from customers.processes.undo_import import DAYS, begin_undo
from customers.web.forms import UploadForm

_LISTED = 50
_COUNTED = 1_000
_SHOWN = 50
_BUSY = (ImportRun.State.TRYING, ImportRun.State.RUNNING, ImportRun.State.UNDOING)


@login_required
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The runs so far, newest first."""
    _may_import(request)
    heads = [_("File"), _("State"), _("Rows"), _("New"), _("Changed"), _("Need you"), _("Started")]
    context = {
        "runs": ImportRun.objects.filter(kind=KIND).select_related("by").order_by("-pk")[:_LISTED],
        "heads": [{"label": head} for head in heads],
    }
    return render_page(request, "customers/imports.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; with a mapping the trial begins, without one its columns are looked at."""
    actor = _may_import(request)
    form = UploadForm(request.POST or None, request.FILES or None, known=_known())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["mapping"]
        mapping = given or _mapping(form.cleaned_data["known"])
        file = form.cleaned_data["file"]
        with beside(form):
            run = receive_file(file=file, file_name=file.name, mapping=mapping, actor=actor)
            if given:
                begin(run, actor, "customers.tasks.try_file")
                return redirect_to(request, reverse("customers:import", args=[run.public_id]))
            return redirect_to(request, reverse("customers:import_columns", args=[run.public_id]))
    status = 422 if form.errors else 200
    context = {"form": form, "steps": steps(None)}
    return render_page(request, "customers/upload.html", context, status=status)


def _known() -> list[tuple[str, str]]:
    """Mappings to choose from: those people kept, then those that come with the product."""
    kept = ImportMapping.objects.values_list("public_id", "name")
    return [(str(public_id), name) for public_id, name in kept] + [
        (name, _(str(mapping["title"]))) for name, mapping in shipped().items()
    ]


def _mapping(key: str) -> Any:
    if not key or key in shipped():
        return shipped().get(key)
    return ImportMapping.objects.get(public_id=uuid.UUID(key)).mapping


@login_required
@require_GET
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One run: how far it is, what it came to, which rows need a person."""
    actor = _may_import(request)
    found = _run(public_id)
    if found.state == ImportRun.State.UPLOADED and found.preview.get("columns"):
        return redirect_to(request, reverse("customers:import_columns", args=[found.public_id]))
    problems = list(found.problems.all()[:_SHOWN])
    kept = list(found.kept_rows.all()[:_SHOWN])
    if problems or kept:
        record_access(
            actor=actor, action="view", subject="import", ids=[found.pk], purpose="service"
        )
    context = {
        "run": found,
        **_how_far(found),
        "goes_in": found.total - found.failed,
        "again": _nothing_written(found),
        "problems": problems,
        "kept": kept,
        "columns": _columns(found),
        "steps": steps(found),
        "undo_until": _undo_until(found, actor),
        "heads": _heads(_("Line"), _("Column"), _("Value"), _("What is wrong")),
        "kept_heads": _heads(_("Line"), _("Customer"), _("Outcome"), _("Why")),
        "column_heads": _heads(
            _("In the file"),
            *([_("First values")] if found.preview.get("rows") else []),
            _("Becomes"),
            _("Check"),
        ),
        "people": Customer.objects.visible_to(actor).in_bulk([one.customer_id for one in kept]),
        "seconds": _seconds(found),
        "alike": _alike(found, actor),
    }
    response = render_page(
        request, "customers/import.html", context, fragment={"run": "customers/_import.html"}
    )
    return etagged(request, response) if request.headers.get("HX-Target") == "run" else response


def _alike(run: ImportRun, actor: Actor) -> dict[str, Any] | None:
    """Pairs to decide that the file brought, as far as a search has looked at it."""
    if run.state != ImportRun.State.DONE or not actor.has_perm("customers.match_customers"):
        return None
    searched = MatchRun.objects.filter(state=MatchRun.State.DONE, until__gte=run.finished_at)
    brought = [
        ImportedRecord.objects.filter(
            run=run,
            made=True,
            customer_id__in=Customer.objects.filter(party=OuterRef(OuterRef(side))).values("pk"),
        )
        for side in ("left", "right")
    ]
    pairs = DuplicateCase.objects.visible_to(actor).open()
    mine = pairs.filter(Exists(brought[0]) | Exists(brought[1])).values("pk")
    return {"searched": searched.exists(), "pairs": len(mine[: _COUNTED + 1])}


def _heads(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


def _seconds(run: ImportRun) -> float | None:
    """How long the trial or the import took."""
    if run.finished_at is None or run.state not in {ImportRun.State.TRIED, ImportRun.State.DONE}:
        return None
    return round((run.finished_at - run.started_at).total_seconds(), 1)


def _how_far(run: ImportRun) -> dict[str, Any]:
    undoing = run.state == ImportRun.State.UNDOING
    done = run.reversed + run.kept + run.stuck if undoing else run.processed
    of = run.created + run.updated if undoing else run.preview.get("rows_in_file", 0)
    return {
        "busy": run.state in _BUSY and not (undoing and run.message),
        "done": done,
        "of": of,
        "share": min(done / of, 1.0) if of else None,
    }


def _undo_until(run: ImportRun, actor: Actor) -> Any:
    """Until when this person can undo it; None when they can't."""
    if run.state != ImportRun.State.DONE or not actor.has_perm("customers.undo_import"):
        return None
    until = run.finished_at + timedelta(days=DAYS) if run.finished_at else None
    return until if until and until > timezone.now() else None


@login_required
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take in what the trial showed."""
    actor = _may_import(request)
    found = _run(public_id)
    if found.state not in {ImportRun.State.TRIED, ImportRun.State.FAILED}:
        raise RuleBroken("not-tried", _("The trial has not finished, or the file is in already."))
    # What failed before it wrote anything is tried anew.
    trial = _nothing_written(found)
    begin(found, actor, "customers.tasks.try_file" if trial else "customers.tasks.take_in_file")
    return redirect_to(request, reverse("customers:import", args=[found.public_id]))


@login_required
@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back what an import did, or go on with that where it stopped."""
    actor = _may_import(request)
    found = begin_undo(run_id=_run(public_id).pk, actor=actor)
    ImportRun.objects.filter(pk=found.pk).update(message="")
    transaction.on_commit(partial(_send, "customers.tasks.undo_file", found.pk, actor.pk))
    return redirect_to(request, reverse("customers:import", args=[found.public_id]))


def _may_import(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    require(actor, "customers.import_customers")
    return actor


def _run(public_id: UUID) -> ImportRun:
    return get_object_or_404(ImportRun, kind=KIND, public_id=public_id)


def begin(run: ImportRun, actor: Actor, task: str) -> None:
    """Hand a run to the workers."""
    # At once, so that the page says it is under way before a worker has taken it.
    trial = task.endswith("try_file")
    state = ImportRun.State.TRYING if trial else ImportRun.State.RUNNING
    ImportRun.objects.filter(pk=run.pk).update(state=state, message="")
    transaction.on_commit(partial(_send, task, run.pk, actor.pk))


def _send(task: str, run_id: int, user_id: int | None) -> None:
    try:
        current_app.send_task(task, args=[run_id, user_id], retry=False)
    except OperationalError:
        sentence = _("The workers cannot be reached. Nothing was lost; start it again later.")
        undoing = ImportRun.objects.filter(pk=run_id, state=ImportRun.State.UNDOING)
        if not undoing.update(message=sentence):
            ImportRun.objects.filter(pk=run_id).update(
                state=ImportRun.State.FAILED, message=sentence
            )


def _nothing_written(run: ImportRun) -> bool:
    return run.state == ImportRun.State.FAILED and not run.processed


_TRIAL = 2
_AFTERWARDS: dict[str, Any] = {
    ImportRun.State.UNDOING: gettext_lazy("being undone"),
    ImportRun.State.UNDONE: gettext_lazy("undone"),
}


def steps(run: ImportRun | None, *, columns: bool = False) -> list[dict[str, str]]:
    """The four steps of the wizard, and which one somebody stands at."""
    state = run.state if run else ""
    now = {"": 0, "trying": 2, "tried": 2, "failed": 2, "running": 3}.get(state, 4)
    if columns:
        now = 1
    labels = [
        (_("1 File"), _("checked") if now else _("CSV or XLSX")),
        (_("2 Columns"), _("what each becomes")),
        (_("3 Trial run"), _("nothing written yet") if now <= _TRIAL else _("wrote nothing")),
        (_("4 Import"), _AFTERWARDS.get(state) or _("can be undone")),
    ]
    return [
        {"label": label, "sub": sub, "state": "done" if at < now else "now" if at == now else ""}
        for at, (label, sub) in enumerate(labels)
    ]


def _columns(run: ImportRun) -> list[dict[str, Any]]:
    """Each column of the file with its first values, what it becomes and how many do not fit."""
    goes = destinations(run.mapping)
    wrong = dict(
        run.problems.exclude(column="").values_list("column").annotate(Count("pk")).order_by()
    )
    titles = targets.titles()
    columns = run.preview.get("columns") or list(goes)
    chosen = targets.chosen(run.mapping, columns)
    return [
        {
            "name": name,
            "values": "; ".join(row[at] or "–" for row in run.preview.get("rows", [])[:2]),
            "title": titles.get(chosen[name], ""),
            "places": "; ".join(goes.get(name, ())),
            "wrong": wrong.get(name, 0),
        }
        for at, name in enumerate(columns)
    ]


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/new", upload, name="upload"),
    path("imports/<uuid:public_id>/", run, name="import"),
    path("imports/<uuid:public_id>/start", start, name="start_import"),
    path("imports/<uuid:public_id>/undo", undo, name="undo_import"),
]
