"""The buttons of a capability's page: each posts one step and returns to the page."""

from functools import partial
from typing import Any

from celery import current_app
from celery.exceptions import OperationalError
from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.access import signed_in
from crm.errors import RuleBroken
from crm.web.page import redirect_to
from crm.web.undo import say
from readiness.models import Acceptance, AcceptanceCondition, CapabilityVersion, OrtResult
from readiness.processes import introduce_capability as introduction
from readiness.processes.accept_capability import accept_capability, close_condition, waive_result
from readiness.processes.draft_capability import withdraw_capability
from readiness.processes.run_readiness_test import run_cases, start_readiness_test
from readiness.web.forms import AcceptForm, IntroduceForm, WaiveForm

_WITH_REASON = {
    "hold": (introduction.hold_capability, gettext_lazy("Version %(n)d is held.")),
    "roll-back": (introduction.roll_back_capability, gettext_lazy("Version %(n)d is rolled back.")),
    "resume": (introduction.resume_capability, gettext_lazy("Version %(n)d serves again.")),
    "withdraw": (withdraw_capability, gettext_lazy("Version %(n)d is given up.")),
}


@login_required
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the readiness test; a worker runs it while the page shows how far it is."""
    run = start_readiness_test(version_id=pk, actor=signed_in(request))
    transaction.on_commit(partial(_hand_over, run.pk))
    return _back(request, pk)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    form = AcceptForm([(role, role) for role in Acceptance.Role.values], request.POST)
    data = _checked(form)
    accept_capability(
        version_id=pk,
        role=data["role"],
        decision=data["decision"],
        note=data["note"],
        conditions=form.conditions(),
        actor=signed_in(request),
    )
    say(request, _("Your decision is on record."))
    return _back(request, pk)


@login_required
@require_POST
def introduce(request: HttpRequest, pk: int) -> HttpResponse:
    form = IntroduceForm(request.POST)
    _checked(form)
    version = introduction.introduce_capability(
        version_id=pk, stages=form.stages(), actor=signed_in(request)
    )
    say(request, _("Version %(n)d is being introduced.") % {"n": version.number})
    return _back(request, pk)


@login_required
@require_POST
def advance(request: HttpRequest, pk: int) -> HttpResponse:
    version = introduction.advance_introduction(version_id=pk, actor=signed_in(request))
    say(request, _("Version %(n)d serves a larger share.") % {"n": version.number})
    return _back(request, pk)


@login_required
@require_POST
def with_reason(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Hold, roll back, resume or give up: each asks why."""
    if step not in _WITH_REASON:
        raise Http404
    process, words = _WITH_REASON[step]
    version = process(
        version_id=pk, reason=request.POST.get("reason", ""), actor=signed_in(request)
    )
    say(request, str(words) % {"n": version.number})
    return _back(request, pk)


@login_required
@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    form = WaiveForm(request.POST)
    data = _checked(form)
    waive_result(
        result_id=pk,
        risk=data["risk"],
        control=data["control"],
        expires_at=form.expires_at(),
        actor=signed_in(request),
    )
    say(request, _("The waiver is on record."))
    return _back(request, OrtResult.objects.values_list("run__version_id", flat=True).get(pk=pk))


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    close_condition(condition_id=pk, actor=signed_in(request))
    owing = AcceptanceCondition.objects.values_list("acceptance__version_id", flat=True).get(pk=pk)
    say(request, _("The condition is met."))
    return _back(request, owing)


def _hand_over(run_id: int) -> None:
    """Give a run to a worker, by name; without a broker it is run here and now."""
    try:
        current_app.send_task("readiness.tasks.run_readiness_cases", (run_id,), retry=False)
    except OperationalError:
        run_cases(run_id=run_id)


def _checked(form: forms.Form) -> dict[str, Any]:
    """The cleaned values, or the first sentence about what is missing."""
    if not form.is_valid():
        name, problems = next(iter(form.errors.items()))
        label = form.fields[name].label if name in form.fields else ""
        raise RuleBroken("form", f"{label}: {problems[0]}", field=name, kind="invalid")
    return form.cleaned_data


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    version = CapabilityVersion.objects.select_related("slot").get(pk=pk)
    page = reverse("readiness:capability", args=[version.slot.key])
    return redirect_to(request, f"{page}?v={version.number}")
