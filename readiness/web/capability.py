"""One capability: its versions, what was tested and signed, and how far it is introduced."""

import json
from fnmatch import fnmatch
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.web.page import render_page
from readiness.models import Acceptance, CapabilitySlot, CapabilityVersion
from readiness.processes.accept_capability import required_roles
from readiness.processes.introduce_capability import obstacle_to_advance
from readiness.processes.run_readiness_test import plan
from readiness.reads import (
    Difference,
    differences,
    latest_run,
    results_of,
    signatures_of,
    version_shown,
    versions_of,
)
from readiness.registry import slots
from readiness.web.config_sheet import duration_words
from readiness.web.forms import AcceptForm, IntroduceForm, WaiveForm

State = CapabilityVersion.State
TONES = {
    State.GENERAL_AVAILABILITY: ("ok", "circle-check"),
    State.PILOT: ("info", "flask"),
    State.ACCEPTED: ("info", "signature"),
    State.IN_TEST: ("", "clipboard-check"),
    State.DRAFT: ("", "pencil"),
    State.SUSPENDED: ("hold", "player-pause"),
}


@login_required
@require_GET
def capability(request: HttpRequest, slot_key: str) -> HttpResponse:
    """The page of a capability, at one of its versions."""
    actor = signed_in(request)
    require(actor, "readiness.view_capabilityversion")
    slot = CapabilitySlot.objects.get(key=slot_key)
    versions = list(versions_of(slot))
    shown = _chosen(versions, request.GET.get("v", ""))
    context: dict[str, Any] = {"slot": slot, "versions": versions, "may": may(actor)}
    if shown is not None:
        context |= version_context(version_shown(shown.pk), versions, actor)
    return render_page(
        request,
        "readiness/capability.html",
        context,
        fragment={"readiness-test": "readiness/_test.html"},
    )


def _chosen(versions: list[CapabilityVersion], number: str) -> CapabilityVersion | None:
    """The asked version, else the newest that is not given up."""
    asked = [one for one in versions if str(one.number) == number]
    alive = [one for one in versions if one.state not in {State.WITHDRAWN, State.RETIRED}]
    return next(iter(asked or alive or versions), None)


def version_context(
    version: CapabilityVersion, versions: list[CapabilityVersion], actor: Actor
) -> dict[str, Any]:
    general = next((v for v in versions if v.state == State.GENERAL_AVAILABILITY), None)
    compared = version.supersedes if general is None or general == version else general
    tone, icon = TONES.get(State(version.state), ("", "circle-dashed"))
    return {
        "version": version,
        "tone": tone,
        "tone_icon": icon,
        "general": general,
        "compared": compared,
        "differences": _differences(version, compared) if compared else [],
        "pretty": json.dumps(version.config, indent=2, ensure_ascii=False),
        "authored": version.author_id is not None and version.author_id == actor.pk,
        **_tested(version),
        **_signed(version, actor),
        **_introduced(version),
    }


def _differences(version: CapabilityVersion, compared: CapabilityVersion) -> list[Difference]:
    timed = slots.named(version.slot.key).durations

    def written(path: str, value: Any) -> str:
        if isinstance(value, int) and any(fnmatch(path, one) for one in timed):
            return duration_words(value)
        return str(value)

    return differences(compared.config, version.config, written)


def _tested(version: CapabilityVersion) -> dict[str, Any]:
    run = latest_run(version)
    results = results_of(run) if run else []
    return {
        "run": run,
        "results": results,
        "run_is_current": run is not None and run.fingerprint == version.fingerprint,
        "running": run is not None and run.finished_at is None,
        "planned": len(plan(version)),
        "run_share": len(results) / max(1, len(plan(version))),
        "passed": sum(result.outcome == "pass" for result in results),
        "waive_form": WaiveForm(),
    }


def _signed(version: CapabilityVersion, actor: Actor) -> dict[str, Any]:
    signatures = signatures_of(version)
    signed = {one.role for one in signatures if one.decision != Acceptance.Decision.REJECT}
    labels = dict(Acceptance.Role.choices)
    asked = [role for role in required_roles(version) if role not in signed]
    mine = [role for role in asked if actor.has_perm(f"readiness.accept_for_{role}")]
    return {
        "signatures": signatures,
        "still_asked": [labels[role] for role in asked],
        "accept_form": AcceptForm([(role, str(labels[role])) for role in mine]) if mine else None,
    }


def _introduced(version: CapabilityVersion) -> dict[str, Any]:
    introduction = getattr(version, "introduction", None)
    stages = list(introduction.stages.all()) if introduction else []
    at = next((i for i, one in enumerate(stages) if one.entered_at and not one.exited_at), -1)
    piloting = version.state == State.PILOT and 0 <= at < len(stages) - 1
    return {
        "stages": stages,
        "steps": [
            {
                "label": _("%(n)s%%") % {"n": f"{stage.percent.normalize():f}"},
                "sub": _("at least %(n)d h") % {"n": stage.min_hours} if stage.min_hours else "",
                "state": "now" if i == at else "done" if stage.exited_at else "",
            }
            for i, stage in enumerate(stages)
        ],
        "following": stages[at + 1] if piloting else None,
        "obstacle": obstacle_to_advance(version) if piloting else "",
        "introduce_form": IntroduceForm(),
    }


def may(actor: Actor) -> dict[str, bool]:
    """What the buttons of the page ask."""
    return {
        what: actor.has_perm(f"readiness.{permission}")
        for what, permission in {
            "draft": "draft_capability",
            "test": "run_readiness_test",
            "introduce": "introduce_capability",
            "waive": "accept_for_operations",
        }.items()
    }
