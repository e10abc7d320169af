"""Write a new version, as a sheet of fields and tables or as JSON."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import require, signed_in
from crm.web.errors import beside
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from readiness.models import CapabilitySlot, CapabilityVersion
from readiness.processes.draft_capability import change_draft, draft_capability
from readiness.registry import slots
from readiness.web.config_sheet import Sheet
from readiness.web.forms import JsonForm, NoteForm


@login_required
@require_http_methods(["GET", "POST"])
def draft_next(request: HttpRequest, slot_key: str) -> HttpResponse:
    """The next version, starting from the one in use."""
    require(signed_in(request), "readiness.draft_capability")
    slot = CapabilitySlot.objects.get(key=slot_key)
    newest = slot.versions.order_by("-number")
    base = newest.filter(state="general_availability").first() or newest.first()
    config = base.config if base else slots.named(slot_key).baseline
    return _edit(request, slot, config, version=None)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft again; a version in test becomes a draft by this."""
    require(signed_in(request), "readiness.draft_capability")
    version = CapabilityVersion.objects.select_related("slot").get(pk=pk)
    return _edit(request, version.slot, version.config, version=version)


def _edit(
    request: HttpRequest,
    slot: CapabilitySlot,
    config: Mapping[str, Any],
    version: CapabilityVersion | None,
) -> HttpResponse:
    as_json = "json" in (request.POST.get("as"), request.GET.get("as"))
    declared = slots.named(slot.key)
    sheet = Sheet(config, declared.durations, declared.baseline)
    initial = {"change_note": version.change_note if version else "", "config": dict(config)}
    form = (JsonForm if as_json else NoteForm)(request.POST or None, initial=initial)
    if request.method == "POST":
        kept = _keep(request, slot, version, sheet, form)
        if kept is not None:
            say(request, _("Version %(n)d is kept as a draft.") % {"n": kept.number})
            return redirect_to(
                request, f"{reverse('readiness:capability', args=[slot.key])}?v={kept.number}"
            )
    context = {
        "slot": slot,
        "version": version,
        "form": form,
        "sheet": sheet,
        "as_json": as_json,
    }
    status = 422 if request.method == "POST" else 200
    return render_page(request, "readiness/draft.html", context, status=status)


def _keep(
    request: HttpRequest,
    slot: CapabilitySlot,
    version: CapabilityVersion | None,
    sheet: Sheet,
    form: NoteForm,
) -> CapabilityVersion | None:
    read = True if isinstance(form, JsonForm) else sheet.read(request.POST)
    if not form.is_valid() or not read:
        if not read:
            form.add_error(None, _("Some settings can't be read yet; see beside them."))
        return None
    config = form.cleaned_data.get("config", sheet.config)
    note, actor = form.cleaned_data["change_note"], signed_in(request)
    kept = None
    with beside(form):
        if version is None:
            kept = draft_capability(slot_key=slot.key, config=config, change_note=note, actor=actor)
        else:
            kept = change_draft(version_id=version.pk, config=config, change_note=note, actor=actor)
    return kept
