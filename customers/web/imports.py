"""Import a file of customers: upload, trial run, import, and the rows that need a person."""

import csv
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from celery import current_app
from celery.exceptions import OperationalError
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import Actor, require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import etagged, redirect_to, render_page
from customers import imports as product_imports
from customers.imports import progress
from customers.models import ImportRun
from customers.processes.import_customers import KIND, receive_file
from customers.web.forms import UploadForm

_MAPPINGS = Path(product_imports.__file__).parent / "mappings"
_LISTED = 50
_SHOWN = 50
_BUSY = (ImportRun.State.TRYING, ImportRun.State.RUNNING, ImportRun.State.UPLOADED)
# A spreadsheet would run these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PHONE_NUMBER = re.compile(r"\+[0-9]{6,15}")


class _Line:
    """A file that hands back what was written: csv needs one, a stream has none."""

    def write(self, text: str) -> str:
        return text


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
    """Take a file and its mapping, and begin the trial."""
    actor = _may_import(request)
    known = _known_mappings()
    titles = [(name, str(mapping["title"])) for name, mapping in known.items()]
    form = UploadForm(request.POST or None, request.FILES or None, known=titles)
    if request.method == "POST" and form.is_valid():
        mapping = form.cleaned_data["mapping"] or known[form.cleaned_data["known"]]
        file = form.cleaned_data["file"]
        with beside(form):
            run = receive_file(file=file, file_name=file.name, mapping=mapping, actor=actor)
            _begin(run, actor, trial=True)
            return redirect_to(request, reverse("customers:import", args=[run.public_id]))
    status = 422 if form.errors else 200
    context = {"form": form, "steps": _steps(None)}
    return render_page(request, "customers/upload.html", context, status=status)


@login_required
@require_GET
def run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One run: how far it is, what it came to, which rows need a person."""
    actor = _may_import(request)
    found = _run(public_id)
    problems = list(found.problems.all()[:_SHOWN])
    if problems:
        record_access(
            actor=actor, action="view", subject="import", ids=[found.pk], purpose="service"
        )
    context = {
        "run": found,
        "done": progress.told(found.pk) or found.processed,
        "busy": found.state in _BUSY,
        "goes_in": found.total - found.failed,
        "again": _nothing_written(found),
        "problems": problems,
        "columns": _columns(found.mapping),
        "steps": _steps(found),
        "heads": [
            {"label": _("Line")},
            {"label": _("Column")},
            {"label": _("Value")},
            {"label": _("What is wrong")},
        ],
        "column_heads": [{"label": _("In the file")}, {"label": _("Becomes")}],
    }
    response = render_page(
        request, "customers/import.html", context, fragment={"run": "customers/_import.html"}
    )
    return etagged(request, response) if request.headers.get("HX-Target") == "run" else response


@login_required
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take in what the trial showed."""
    actor = _may_import(request)
    found = _run(public_id)
    if found.state not in {ImportRun.State.TRIED, ImportRun.State.FAILED}:
        raise RuleBroken("not-tried", _("The trial has not finished, or the file is in already."))
    # What failed before it wrote anything is tried anew.
    _begin(found, actor, trial=_nothing_written(found))
    return redirect_to(request, reverse("customers:import", args=[found.public_id]))


@login_required
@require_GET
def rows(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The rows that need a person, with the reason first, to correct and import again."""
    actor = _may_import(request)
    found = _run(public_id)
    record_access(actor=actor, action="export", subject="import", ids=[found.pk], purpose="service")
    response = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rows-{found.pk}.csv"'
    return response


def _may_import(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    require(actor, "customers.import_customers")
    return actor


def _run(public_id: UUID) -> ImportRun:
    return get_object_or_404(ImportRun, kind=KIND, public_id=public_id)


def _begin(run: ImportRun, actor: Actor, *, trial: bool) -> None:
    progress.forget(run.pk)
    # At once, so that the page says it is under way before a worker has taken it.
    state = ImportRun.State.TRYING if trial else ImportRun.State.RUNNING
    ImportRun.objects.filter(pk=run.pk).update(state=state, message="")
    task = "customers.tasks.try_file" if trial else "customers.tasks.take_in_file"
    transaction.on_commit(partial(_send, task, run.pk, actor.pk))


def _send(task: str, run_id: int, user_id: int | None) -> None:
    try:
        current_app.send_task(task, args=[run_id, user_id], retry=False)
    except OperationalError:
        sentence = _("The workers cannot be reached. Nothing was lost; start it again later.")
        ImportRun.objects.filter(pk=run_id).update(state=ImportRun.State.FAILED, message=sentence)


def _nothing_written(run: ImportRun) -> bool:
    return run.state == ImportRun.State.FAILED and not run.processed


def _known_mappings() -> dict[str, Any]:
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(_MAPPINGS.glob("*.json"))
    }


def _steps(run: ImportRun | None) -> list[dict[str, str]]:
    state = run.state if run else ""
    now = {"": 0, "uploaded": 1, "trying": 1, "tried": 1, "running": 2, "done": 3, "failed": 1}
    labels = [
        (_("1 File and mapping"), _("what each column becomes")),
        (_("2 Trial run"), _("nothing written yet")),
        (_("3 Import"), _("the same numbers")),
    ]
    marks = ["done" if at < now[state] else "now" if at == now[state] else "" for at in range(3)]
    return [
        {"label": label, "sub": sub, "state": mark}
        for (label, sub), mark in zip(labels, marks, strict=True)
    ]


def _columns(mapping: Any, where: str = "") -> list[tuple[str, str]]:
    """Each column of the file with the places it goes to."""
    goes: dict[str, list[str]] = {}
    for column, place in _places(mapping, where):
        goes.setdefault(column, []).append(place)
    return [(column, ", ".join(dict.fromkeys(places))) for column, places in goes.items()]


def _places(part: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        name = part.get("key") or part.get("kind") if "column" in part else ""
        for column in [part["column"]] if "column" in part else part.get("columns", ()):
            yield column, f"{where}: {name}" if name else where
        for key, value in part.items():
            if key not in {"map", "file"}:
                yield from _places(value, f"{where}.{key}" if where else key)
    elif isinstance(part, list):
        for one in part:
            yield from _places(one, where)


def _csv(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Line())
    problems = run.problems.order_by("line", "pk").iterator()
    header: list[str] | None = None
    for problem in problems:
        if header is None:
            header = list(problem.row)
            yield writer.writerow(["line", "reason", *map(_harmless, header)])
        cells = [problem.line, problem.reason, *(problem.row.get(name, "") for name in header)]
        yield writer.writerow([_harmless(cell) for cell in cells])


def _harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs; a phone number is one already, and comes back as it was."""
    if not isinstance(cell, str) or _PHONE_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
