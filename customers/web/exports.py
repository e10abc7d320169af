"""Take a list out as a file: asked for with a purpose, written in the background, then fetched."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.access import require, signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web.errors import beside
from crm.web.page import etagged, redirect_to, render_page
from customers.listing import Wish, chosen_columns
from customers.models import ListExport
from customers.processes import export_customers as exporting
from customers.web.background import begin
from customers.web.list_forms import ExportForm

_LISTED = 50
_BUSY = (ListExport.State.WAITING, ListExport.State.WRITING)


@login_required
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """The person's own files, newest first; one being written tells how far it is."""
    actor = signed_in(request)
    require(actor, exporting.PERMISSION)
    mine = list(ListExport.objects.filter(by_id=actor.pk)[:_LISTED])
    context = {
        "exports": mine,
        "busy": any(one.state in _BUSY for one in mine),
        "kept_days": exporting.KEPT_DAYS,
        "heads": [
            {"label": _("What for")},
            {"label": _("State")},
            {"label": _("Rows")},
            {"label": _("Asked")},
            {"label": _("File"), "hidden": True},
        ],
    }
    answer = render_page(
        request, "customers/exports.html", context, fragment="customers/_exports.html"
    )
    return etagged(request, answer) if request.headers.get("HX-Request") else answer


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask what the file is for, then have it written."""
    actor = signed_in(request)
    require(actor, exporting.PERMISSION)
    wish = Wish.read(QueryDict(request.POST.get("query", "")).dict())
    columns = chosen_columns(request.POST.get("columns", "").split(","))
    form = ExportForm(request.POST if "purpose" in request.POST else None)
    if form.is_bound and form.is_valid():
        with beside(form):
            export = exporting.ask_export(
                query=wish.query,
                columns=[column.key for column in columns],
                purpose=form.cleaned_data["purpose"],
                actor=actor,
            )
            begin("customers.tasks.write_list_export", export.pk)
            return redirect_to(request, reverse("customers:exports"))
    context = {
        "form": form,
        "query": wish.query,
        "columns": columns,
        "keys": ",".join(column.key for column in columns),
        "count": wish.customers(actor).order_by()[:1001].count(),
    }
    status = 422 if form.errors else 200
    return render_page(request, "customers/export.html", context, status=status)


@login_required
@require_GET
def download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The file, for the person who asked for it."""
    actor = signed_in(request)
    export = exporting.export_of(public_id=public_id, actor=actor)
    if export.state != ListExport.State.READY:
        raise RuleBroken("not-ready", _("This file is not there. Ask for it again."))
    record_access(
        actor=actor, action="export", subject="list_export", ids=[export.pk], purpose=export.purpose
    )
    return FileResponse(
        exporting.path_of(export).open("rb"),
        as_attachment=True,
        filename=f"customers-{export.created_at:%Y-%m-%d}-{export.pk}.csv",
        content_type="text/csv; charset=utf-8",
    )


urlpatterns = [
    path("exports/", exports, name="exports"),
    path("exports/new", ask, name="export"),
    path("exports/<uuid:public_id>/file.csv", download, name="download_export"),
]
