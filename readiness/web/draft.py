"""Write a new version, as a sheet of fields and tables or as JSON, beside what it changes."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.access import require, signed_in
from crm.errors import RuleBroken
from crm.web.page import redirect_to, render_page
from crm.web.undo import say
from readiness.models import CapabilitySlot, CapabilityVersion
from readiness.processes.draft_capability import (
    change_draft,
    check_configuration,
    draft_capability,
)
from readiness.reads import version_compared
from readiness.registry import slots
from readiness.web.config_diff import changes
from readiness.web.config_sheet import Sheet
from readiness.web.forms import JsonForm, NoteForm

_LOOK, _MORE = "look", "more"


@login_required
@require_http_methods(["GET", "POST"])
def draft_next(request: HttpRequest, slot_key: str) -> HttpResponse:
    """The next version, starting from the one in use."""
    require(signed_in(request), "readiness.draft_capability")
    slot = CapabilitySlot.objects.get(key=slot_key)
    newest = slot.versions.order_by("-number")
    base = newest.filter(state="general_availability").first() or newest.first()
    config = base.config if base else slots.named(slot_key).baseline
    return _edit(request, slot, config, version=None, base=base)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft again; a version in test becomes a draft by this."""
    require(signed_in(request), "readiness.draft_capability")
    version = CapabilityVersion.objects.select_related("slot", "supersedes").get(pk=pk)
    base = version_compared(version)
    return _edit(request, version.slot, version.config, version=version, base=base)


def _edit(
    request: HttpRequest,
    slot: CapabilitySlot,
    config: Mapping[str, Any],
    version: CapabilityVersion | None,
    base: CapabilityVersion | None,
) -> HttpResponse:
    as_json = "json" in (request.POST.get("as"), request.GET.get("as"))
    sheet = Sheet.of(slots.named(slot.key), config)
    initial = {"change_note": version.change_note if version else "", "config": dict(config)}
    form = (JsonForm if as_json else NoteForm)(request.POST or None, initial=initial)
    filling = request.method == "POST" and not {_LOOK, _MORE}.isdisjoint(request.POST)
    status, problem = 200, ""
    written: Mapping[str, Any] | None = config
    if filling:
        written, problem = _look(request, slot, sheet, form)
        # Looking asks nothing yet: the reason may still be empty.
        form = form if as_json else NoteForm(initial={"change_note": request.POST["change_note"]})
    elif request.method == "POST":
        kept = _keep(request, slot, version, sheet, form)
        if kept is not None:
            say(request, _("Version %(n)d is kept as a draft.") % {"n": kept.number})
            return redirect_to(
                request, f"{reverse('readiness:capability', args=[slot.key])}?v={kept.number}"
            )
        status, written = 422, None if as_json or sheet.errors else sheet.config
    context = {
        "slot": slot,
        "version": version,
        "base": base,
        "form": form,
        "sheet": sheet,
        "as_json": as_json,
        "problem": problem,
        "unread": written is None,
        "changes": changes(slot.key, base.config, written) if base and written else [],
    }
    return render_page(
        request,
        "readiness/draft.html",
        context,
        fragment={"changes": "readiness/_draft_changes.html"},
        status=status,
    )


def _look(
    request: HttpRequest, slot: CapabilitySlot, sheet: Sheet, form: NoteForm
) -> tuple[Mapping[str, Any] | None, str]:
    """What is filled in, without keeping it, and the sentence of what can't work with it."""
    form.is_valid()
    if isinstance(form, JsonForm):
        config = form.cleaned_data.get("config")
    else:
        posted = _posted(request)
        if counter := posted.get(_MORE):
            count = posted.get(counter, "")
            posted[counter] = str(int(count) + 1) if count.isdecimal() else count
        config = sheet.config if sheet.read(posted) else None
    if config is None:
        return None, ""
    try:
        check_configuration(slot_key=slot.key, config=config)
    except RuleBroken as broken:
        sheet.put_beside(broken.details.get("where", ""), broken.message)
        # Written as JSON it may have any shape at all until it can work.
        return (None if isinstance(form, JsonForm) else config), broken.message
    return config, ""


def _keep(
    request: HttpRequest,
    slot: CapabilitySlot,
    version: CapabilityVersion | None,
    sheet: Sheet,
    form: NoteForm,
) -> CapabilityVersion | None:
    read = True if isinstance(form, JsonForm) else sheet.read(_posted(request))
    if not form.is_valid() or not read:
        if not read:
            form.add_error(None, _("Some settings can't be read yet; see beside them."))
        return None
    config = form.cleaned_data.get("config", sheet.config)
    note, actor = form.cleaned_data["change_note"], signed_in(request)
    try:
        if version is None:
            return draft_capability(slot_key=slot.key, config=config, change_note=note, actor=actor)
        return change_draft(version_id=version.pk, config=config, change_note=note, actor=actor)
    except RuleBroken as broken:
        sheet.put_beside(broken.details.get("where", ""), broken.message)
        form.add_error(broken.field if broken.field in form.fields else None, broken.message)
        return None


def _posted(request: HttpRequest) -> dict[str, str]:
    """What was filled in; several ticks of one name become one list with commas."""
    return {name: ", ".join(map(str, values)) for name, values in request.POST.lists()}
