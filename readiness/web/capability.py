"""One capability: its versions, what was tested and signed, and how far it is introduced."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from crm.access import Actor, require, signed_in
from crm.web.page import render_page
from crm.web.panels import panels_for
from crm.web.times import instant_full
from readiness.models import Acceptance, CapabilitySlot, CapabilityVersion, ProcessElement, Stage
from readiness.processes.accept_capability import required_roles
from readiness.processes.introduce_capability import obstacle_to_advance
from readiness.processes.run_readiness_test import plan
from readiness.reads import (
    latest_run,
    results_of,
    signatures_of,
    version_shown,
    versions_of,
)
from readiness.registry import slots
from readiness.web.config_diff import changes
from readiness.web.config_sheet import Sheet
from readiness.web.forms import AcceptForm, IntroduceForm, WaiveForm

State = CapabilityVersion.State
_OFF_THE_WAY = {State.SUPERSEDED, State.WITHDRAWN, State.RETIRED}
_ACCEPTED, _INTRODUCED = 2, 3
# What a share of an introduction is counted in.
_UNITS = {
    "customer": _lazy("a share of the customers"),
    "interaction": _lazy("a share of the contacts"),
    "agent": _lazy("a share of the agents"),
    "team": _lazy("some teams first"),
    "global": _lazy("everything at once"),
}
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
    names = dict(
        ProcessElement.objects.filter(number__in=slot.processes).values_list("number", "name")
    )
    context: dict[str, Any] = {
        "slot": slot,
        "versions": versions,
        "may": may(actor),
        "processes": [(number, names.get(number, "")) for number in slot.processes],
        "shared_by": _UNITS.get(slot.unit, slot.unit),
    }
    if shown is not None:
        context["panels"] = panels_for(f"capability:{slot.key}", actor, pk=shown.pk)
        context |= version_context(version_shown(shown.pk), versions, actor)
    return render_page(
        request,
        "readiness/capability.html",
        context,
        fragment={"readiness-test": "readiness/_test_polled.html"},
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
        "differences": changes(version.slot.key, compared.config, version.config)
        if compared
        else [],
        "sheet": _sheet(version),
        "pretty": json.dumps(version.config, indent=2, ensure_ascii=False),
        "authored": version.author_id is not None and version.author_id == actor.pk,
        **(tested := _tested(version)),
        **(signed := _signed(version, actor)),
        **_introduced(version),
        "way": _way(version, tested, signed),
    }


def _way(
    version: CapabilityVersion, tested: dict[str, Any], signed: dict[str, Any]
) -> list[dict[str, str]]:
    """The four steps a version takes, how far it is, and what each waits for."""
    state = State(version.state)
    if state in _OFF_THE_WAY:
        return []
    passed = tested["run_is_current"] and tested["run"].verdict == "passed"
    at = {State.DRAFT: 1, State.IN_TEST: 2 if passed else 1, State.GENERAL_AVAILABILITY: 4}
    now = at.get(state, 3)
    asked = ", ".join(map(str, signed["still_asked"]))
    signers = ", ".join(str(one.by or _("installation")) for one in signed["signatures"])
    accepted = signers if now > _ACCEPTED else _("to sign: %(roles)s") % {"roles": asked}
    names = {signers, str(version.author)}
    steps = [
        (_("Drafted"), str(version.author) if version.author else _("as shipped")),
        (_("Tested"), _tested_words(tested)),
        (_("Accepted"), accepted if asked or now > _ACCEPTED else ""),
        (_("Introduced"), str(version.get_state_display()) if now >= _INTRODUCED else ""),
    ]
    return [
        {
            "label": label,
            "sub": sub,
            "people": "yes" if sub in names else "",
            "state": "done" if i < now else "now" if i == now else "",
        }
        for i, (label, sub) in enumerate(steps)
    ]


def _tested_words(tested: dict[str, Any]) -> str:
    if tested["running"]:
        return _("running")
    if tested["run"] is None or not tested["run_is_current"]:
        return ngettext("%(n)d case to run", "%(n)d cases to run", tested["planned"]) % {
            "n": tested["planned"]
        }
    return _("%(n)d of %(all)d passed") % {"n": tested["passed"], "all": len(tested["results"])}


def _sheet(version: CapabilityVersion) -> Sheet:
    """The whole configuration to read; of a slot no longer declared, by its keys."""
    try:
        return Sheet.of(slots.named(version.slot.key), version.config)
    except KeyError:
        return Sheet(version.config)


def _tested(version: CapabilityVersion) -> dict[str, Any]:
    run = latest_run(version)
    results = results_of(run) if run else []
    for result in results:
        # Evidence that only repeats the title says nothing more.
        said = result.evidence.rstrip(".")
        vars(result)["said"] = "" if said == result.title.rstrip(".") else said
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
    whole = version.state == State.GENERAL_AVAILABILITY
    return {
        "stages": stages,
        "steps": [
            {
                "label": _("%(n)s%%") % {"n": f"{stage.percent.normalize():f}"},
                "sub": _stage_words(stage),
                "state": "done" if stage.exited_at or whole else "now" if i == at else "",
            }
            for i, stage in enumerate(stages)
        ],
        "following": stages[at + 1] if piloting else None,
        "obstacle": obstacle_to_advance(version) if piloting else "",
        "introduce_form": IntroduceForm(),
    }


def _stage_words(stage: Stage) -> str:
    if stage.entered_at:
        return _("since %(at)s") % {"at": instant_full(stage.entered_at)}
    return _("at least %(n)d h") % {"n": stage.min_hours} if stage.min_hours else ""


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
