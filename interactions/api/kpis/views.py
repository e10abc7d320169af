"""GET the catalogue of figures, and one of them for a window, whole and cut by a dimension."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.views import APIView

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.cells import safe
from crm.errors import RuleBroken
from crm.tmf import errors
from crm.tmf.authentication import Grant, Scoped, purpose_of
from crm.web.page import etagged
from interactions.governed import kpis
from interactions.models import Improvement
from interactions.processes.report_interaction import (
    Figure,
    after,
    measure_figure,
    periods,
)
from readiness.registry.measures import Measure

_BIGINT = 18
_PAGE = 50


class Catalogue(APIView):
    """GET every figure: what it counts, its unit, which way is better, and what cuts it."""

    permission_classes = [Scoped]

    def get(self, request: Request) -> HttpResponse:
        require(_caller(request), "interactions.report_interaction")
        told = sorted(kpis.EVERY, key=lambda one: one.key)
        body = {"kpi": [_definition(one) for one in told]}
        return _json(request, body)


class Kpi(APIView):
    """GET one figure `from` until before `to`; without them of the last whole week."""

    permission_classes = [Scoped]

    def get(self, request: Request, key: str) -> HttpResponse:
        actor = _caller(request)
        require(actor, "interactions.report_interaction")
        if key not in {one.key for one in kpis.EVERY}:
            raise Http404
        start, end = _window(request.query_params)
        figure = measure_figure(
            key=key,
            start=start,
            end=end,
            scope=_scope(request.query_params),
            by=request.query_params.get("by", ""),
            actor=actor,
        )
        if request.query_params.get("as") == "csv":
            purpose = purpose_of(request.headers.get("X-Purpose", ""))
            record_access(
                actor=actor, action="export", subject="figure", ids=[key], purpose=purpose
            )
            return _table(figure)
        return _json(request, _told(figure))


class Improvements(APIView):
    """GET what figures led to, the newest first; `after` is the last id of the page before."""

    permission_classes = [Scoped]

    def get(self, request: Request) -> HttpResponse:
        require(_caller(request), "interactions.view_improvement")
        some = Improvement.objects.select_related("owner").order_by("-pk")
        if state := request.query_params.get("state"):
            some = some.filter(state=state[:10].replace("\x00", ""))
        if after := request.query_params.get("after"):
            some = some.filter(pk__lt=_place(after))
        body = {"improvement": [_improvement(one) for one in some[:_PAGE]]}
        return _json(request, body)


def _place(public_id: str) -> int:
    try:
        found = Improvement.objects.filter(public_id=UUID(public_id)).values_list("pk", flat=True)
    except ValueError:
        found = Improvement.objects.none().values_list("pk", flat=True)
    if (pk := found.first()) is None:
        raise RuleBroken(
            "place-unknown", _("after is the id of an improvement."), field="after", kind="input"
        )
    return pk


def _improvement(one: Improvement) -> dict[str, Any]:
    return {
        "id": str(one.public_id),
        "title": one.title,
        "signal": one.signal,
        "kpi": {"id": one.measure, "href": f"/api/v1/kpis/{one.measure}"},
        "dimension": one.slice,
        "state": one.state,
        "owner": str(one.owner) if one.owner else None,
        "cause": one.cause,
        "change": one.change,
        "expectedValue": one.expected,
        "decision": {"by": one.decided_by, "at": one.decided_at, "note": one.decision_note},
        "carriedOutBy": one.change_made,
        "changedAt": one.changed_at,
        "weeks": one.weeks,
        "before": one.before,
        "after": one.after,
    }


def _caller(request: Request) -> Actor:
    return cast(Grant, request.auth).actor()


def _json(request: Request, body: Mapping[str, Any]) -> HttpResponse:
    answer = HttpResponse(orjson.dumps(body), content_type=errors.CONTENT_TYPE)
    return etagged(request._request, answer)


def _window(params: Mapping[str, str]) -> tuple[datetime, datetime]:
    now = timezone.now()
    if not params.get("from") and not params.get("to"):
        start = periods("week", now, now)[-2].start
        return start, after(start, "week")
    return _instant(params, "from"), _instant(params, "to")


def _instant(params: Mapping[str, str], name: str) -> datetime:
    """A day begins in the operator's own zone; a time says its zone itself."""
    said = params.get(name, "").replace(" ", "+")
    try:
        if day := parse_date(said):
            return datetime.combine(day, time.min, ZoneInfo(settings.CRM_TIME_ZONE))
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise RuleBroken(
            "time-wrong",
            _("%(name)s is a day as 2026-11-01 or a time with its zone.") % {"name": name},
            field=name,
            kind="input",
        )
    return moment


def _scope(params: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in kpis.SCOPE:
        said = params.get(name, "").replace("\x00", "")
        if name in {"team", "version"} and said:
            if not said.isdecimal() or len(said) > _BIGINT:
                raise RuleBroken(
                    "number-wrong",
                    _("%(name)s is a number.") % {"name": name},
                    field=name,
                    kind="input",
                )
            found[name] = int(said)
        elif said:
            found[name] = said[:120]
    return found


def _definition(measure: Measure) -> dict[str, Any]:
    return {
        "id": measure.key,
        "href": f"/api/v1/kpis/{measure.key}",
        "name": _(measure.title),
        "definition": _(measure.definition),
        "unit": measure.unit,
        **({"currency": settings.CRM_CURRENCY} if measure.unit == "money" else {}),
        "better": measure.better or None,
        "maturesAfterDays": measure.matures_days,
        "process": list(measure.processes),
        "dimension": list(measure.scope),
    }


def _told(figure: Figure) -> dict[str, Any]:
    return {
        **_definition(figure.measure),
        "from": figure.span.start.isoformat(),
        "to": figure.span.until.isoformat(),
        "complete": figure.complete,
        "asOf": figure.as_of.isoformat() if figure.as_of else None,
        **_numbers(figure.row),
        "slice": [{"of": key, **_numbers(row)} for key, row in figure.slices.items()],
    }


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    """The value and its base first; what else the measure tells stands beside them."""
    base = {name: row[name] for name in ("value", "n", "excluded")}
    return {**base, "detail": {name: row[name] for name in row if name not in base}}


def _table(figure: Figure) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{figure.measure.key}.csv"'
    response["Cache-Control"] = "private, no-store"
    lines = csv.writer(response)
    lines.writerow(["kpi", "from", "to", "of", "value", "n", "excluded"])
    lines.writerows(_lines(figure))
    return response


def _lines(figure: Figure) -> Iterator[list[str]]:
    head = [figure.measure.key, figure.span.start.isoformat(), figure.span.until.isoformat()]
    for of, row in {"": figure.row, **figure.slices}.items():
        cells = [*head, of, row["value"], row["n"], row["excluded"]]
        yield [safe(cell) for cell in cells]
