"""What an import leaves to a person, as files: rows to correct, rows kept when it was undone."""

import csv
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_GET

from crm.access import require, signed_in
from crm.audit.record import record_access
from customers.models import ImportRun
from customers.processes.import_customers import KIND

# A spreadsheet would run these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PHONE_NUMBER = re.compile(r"\+[0-9]{6,15}")


class _Line:
    """A file that hands back what was written: csv needs one, a stream has none."""

    def write(self, text: str) -> str:
        return text


@login_required
@require_GET
def rows(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The rows that need a person, with the reason first, to correct and import again."""
    found = _seen(request, public_id)
    return _download(_rows(found), f"rows-{found.pk}.csv")


@login_required
@require_GET
def kept(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The rows that stayed when the import was undone, each with its reason."""
    found = _seen(request, public_id)
    return _download(_kept(found), f"kept-{found.pk}.csv")


def _seen(request: HttpRequest, public_id: UUID) -> ImportRun:
    actor = signed_in(request)
    require(actor, "customers.import_customers")
    found = get_object_or_404(ImportRun, kind=KIND, public_id=public_id)
    record_access(actor=actor, action="export", subject="import", ids=[found.pk], purpose="service")
    return found


def _download(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Line())
    header: list[str] | None = None
    for problem in run.problems.order_by("line", "pk").iterator():
        if header is None:
            header = list(run.preview.get("columns") or problem.row)
            yield writer.writerow(["line", "reason", *map(harmless, header)])
        cells = [problem.line, problem.reason, *(problem.row.get(name, "") for name in header)]
        yield writer.writerow([harmless(cell) for cell in cells])


def _kept(run: ImportRun) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(["line", "customer", "outcome", "reason"])
    for one in run.kept_rows.order_by("line").iterator():
        yield writer.writerow([one.line, one.customer_id, one.outcome, harmless(one.reason)])


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs; a phone number is one already, and comes back as it was."""
    if not isinstance(cell, str) or _PHONE_NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


urlpatterns = [
    path("imports/<uuid:public_id>/rows.csv", rows, name="import_rows"),
    path("imports/<uuid:public_id>/kept.csv", kept, name="import_kept"),
]
