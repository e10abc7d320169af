"""The process register for partner systems and tools."""

from typing import Any

from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm import process_map
from crm.access import Actor, require
from crm.tmf.authentication import Grant
from readiness.models import ProcessElement


def _caller(request: Request) -> Actor:
    grant = request.auth
    if not isinstance(grant, Grant):
        raise NotAuthenticated
    return grant.actor()


class ProcessList(APIView):
    """Every process element, without its clauses."""

    def get(self, request: Request) -> Response:
        require(_caller(request), "readiness.view_processelement")
        return Response([_head(element) for element in ProcessElement.objects.all()])


class Process(APIView):
    """One process element with its clauses, and the tests that prove each."""

    def get(self, request: Request, number: str) -> Response:
        require(_caller(request), "readiness.view_processelement")
        element = ProcessElement.objects.filter(number=number).first()
        if element is None:
            raise NotFound
        return Response({**_head(element), "clause": _clauses(element), "module": _modules(number)})


def _head(element: ProcessElement) -> dict[str, Any]:
    return {
        "id": element.number,
        "href": f"/api/v1/processes/{element.number}",
        "name": element.name,
        "level": element.level,
        "originalId": element.original_id,
        "maturity": element.maturity,
        "uid": element.uid,
        "status": element.status,
        "vertical": element.verticals,
        "history": element.history,
    }


def _clauses(element: ProcessElement) -> list[dict[str, Any]]:
    tests: dict[str, list[str]] = {}
    for proof in process_map.proofs():
        tests.setdefault(proof.requirement, []).append(proof.test)
    return [
        {
            "id": clause.requirement,
            "text": clause.text,
            "status": clause.status,
            "built": clause.built,
            "feature": [{"name": one["name"], "view": one["views"]} for one in clause.features],
            "metric": clause.metrics,
            "entity": clause.entities,
            "application": clause.applications,
            "test": tests.get(clause.requirement, []),
        }
        for clause in element.clauses.all()
    ]


def _modules(number: str) -> list[str]:
    return [module.path for module in process_map.modules() if module.etom == number]
