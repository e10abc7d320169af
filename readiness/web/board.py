"""The readiness board, and the process register beside it."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import process_map
from crm.access import Actor, require, signed_in
from crm.web.page import render_page
from readiness.models import Acceptance, CapabilityVersion, ProcessElement
from readiness.models.process import View
from readiness.processes.accept_capability import still_to_sign
from readiness.processes.monitor_processes import (
    COLUMNS,
    NOT_READY,
    READY,
    WATCH,
    Board,
    Condition,
    Line,
    board,
    count_of_stopped,
    supporting,
)
from readiness.reads import versions_under_way
from readiness.registry import measures


def stopped(actor: Actor) -> int:
    """The red number of the sidebar: capabilities that serve nobody."""
    return count_of_stopped()


@login_required
@require_GET
def readiness_board(request: HttpRequest) -> HttpResponse:
    """Where support is in place, what to watch, and what stops work."""
    found = board(actor=signed_in(request))
    context = {
        "columns": list(COLUMNS.values()),
        "lines": [_drawn(line) for line in found.lines],
        "ready": found.counted(READY),
        "watch": found.counted(WATCH),
        "stopped": found.counted(NOT_READY),
        "not_ready": _named(found, NOT_READY),
        "watched": _named(found, WATCH),
        "groups": _groups(found.conditions),
        "unjudged": _unjudged(found.lines),
        "under_way": _under_way(signed_in(request)),
    }
    return render_page(request, "readiness/board.html", context)


def _named(found: Board, state: str) -> list[dict[str, Any]]:
    """Capabilities and supports of one state, each with its sentence and where it is seen."""
    capabilities = [
        {
            "title": one.slot.title,
            "sentence": one.sentence,
            "url": reverse("readiness:capability", args=[one.slot.key]),
        }
        for one in found.standing(state)
    ]
    beside = [
        {
            "title": str(one.support.title),
            "sentence": one.stand.sentence,
            "url": reverse("readiness:process", args=[one.support.processes[0]]),
        }
        for one in found.supports(state)
    ]
    return [*capabilities, *beside]


def _groups(found: list[Condition]) -> list[tuple[str, list[Condition]]]:
    """The capabilities under the heading of the board they stand in, in its order."""
    named = [(COLUMNS[key], [one for one in found if one.column == key]) for key in COLUMNS]
    return [(str(label), sorted(some, key=_by_title)) for label, some in named if some]


def _by_title(condition: Condition) -> str:
    return condition.slot.title


def _unjudged(lines: list[Line]) -> list[str]:
    """Columns for which nothing at all is declared, as they are named."""
    judged = {cell.column for line in lines for cell in line.cells if cell.state}
    return [str(label).lower() for key, label in COLUMNS.items() if key not in judged]


def _under_way(actor: Actor) -> list[dict[str, Any]]:
    """Versions that wait for somebody's next step, and whether it may be this person's."""
    labels = dict(Acceptance.Role.choices)
    rows = []
    for version in versions_under_way():
        asked = still_to_sign(version) if version.state == CapabilityVersion.State.IN_TEST else []
        mine = version.author_id != actor.pk and any(
            actor.has_perm(f"readiness.accept_for_{role}") for role in asked
        )
        rows.append(
            {
                "version": version,
                "asked": ", ".join(str(labels[role]) for role in asked),
                "mine": mine,
            }
        )
    return rows


def _drawn(line: Line) -> dict[str, Any]:
    kept = [cell for cell in line.cells if cell.state]
    ready = sum(cell.state == READY for cell in kept)
    return {
        "label": line.name,
        "sub": line.number,
        "url": reverse("readiness:process", args=[line.number]),
        "summary": _("%(n)d of %(all)d ready") % {"n": ready, "all": len(kept)},
        "cells": [
            {
                "state": cell.state,
                "why": cell.why,
                "column": COLUMNS[cell.column],
                "url": cell.slot_key and reverse("readiness:capability", args=[cell.slot_key]),
            }
            for cell in line.cells
        ],
    }


@login_required
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Every process element the product knows, with how much of it is built."""
    require(signed_in(request), "readiness.view_processelement")
    elements = ProcessElement.objects.prefetch_related("clauses")
    modules: dict[str, list[process_map.ProcessModule]] = defaultdict(list)
    for module in process_map.modules():
        modules[module.etom].append(module)
    rows = [_register_row(element, modules[element.number]) for element in elements]
    only = request.GET.get("show") == "built"
    shown = [row for row in rows if row["modules"] or row["clauses"]] if only else rows
    items = [
        {"url": "?", "label": _("Every element"), "on": not only},
        {"url": "?show=built", "label": _("In this product"), "on": only},
    ]
    return render_page(request, "readiness/register.html", {"rows": shown, "items": items})


def _register_row(
    element: ProcessElement, modules: list[process_map.ProcessModule]
) -> dict[str, Any]:
    clauses = list(element.clauses.all())
    built = sum(clause.built for clause in clauses)
    return {
        "element": element,
        "clauses": len(clauses),
        "built": built,
        "share": built / len(clauses) if clauses else 0,
        "modules": modules,
    }


@login_required
@require_GET
def process(request: HttpRequest, number: str) -> HttpResponse:
    """One element: clause → tests → how they last ended → live measures."""
    require(signed_in(request), "readiness.view_processelement")
    element = ProcessElement.objects.get(number=number)
    proofs: dict[str, list[process_map.Proof]] = defaultdict(list)
    for proof in process_map.proofs():
        proofs[proof.requirement].append(proof)
    clauses = [
        {
            "clause": clause,
            "features": [
                {"name": one["name"], "views": [View(view).label for view in one["views"]]}
                for one in clause.features
            ],
            "proofs": proofs[clause.requirement],
            "failed": any(proof.result == "failed" for proof in proofs[clause.requirement]),
            "green": _all_green(proofs[clause.requirement]),
        }
        for clause in element.clauses.all()
    ]
    context = {
        "element": element,
        "clauses": clauses,
        "modules": [m for m in process_map.modules() if m.etom == number],
        "measures": [m for m in measures.declared() if number in m.processes],
        "supports": supporting(number),
    }
    return render_page(request, "readiness/process.html", context)


def _all_green(proofs: list[process_map.Proof]) -> bool:
    return bool(proofs) and all(proof.result == "passed" for proof in proofs)
