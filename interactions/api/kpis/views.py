"""GET the catalogue of figures, and one of them for a window, whole and cut by a dimension."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, cast
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
from interactions.processes.report_interaction import (
    Figure,
    after,
    measure_figure,
    periods,
)
from readiness.registry.measures import Measure

_BIGINT = 18


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
