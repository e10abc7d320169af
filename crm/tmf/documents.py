"""Where a partner's developer reads what can be called."""

from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.tmf import apis
from crm.tmf.errors import CONTENT_TYPE
from crm.tmf.schema import document
from crm.tmf.viewer import calls_of


@cache
def _written(*paths: str) -> bytes:
    return orjson.dumps(document(tuple(api for api in apis.all_apis() if api.path in paths)))


@require_GET
def single(request: HttpRequest, *, api: apis.Api) -> HttpResponse:
    """The document of one API."""
    return HttpResponse(_written(api.path), content_type=CONTENT_TYPE)


@require_GET
def combined(request: HttpRequest) -> HttpResponse:
    """The document of all APIs."""
    return HttpResponse(_written(*(api.path for api in apis.all_apis())), content_type=CONTENT_TYPE)


@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """The page a partner's developer reads first."""
    listed = [
        {
            "api": api,
            "base": f"{apis.ROOT}{api.path}",
            "resources": api.resources,
            "calls": calls_of(api.path),
            "events": sorted({one.type for each in api.resources for one in each.publications}),
        }
        for api in apis.all_apis()
    ]
    return render(
        request,
        "crm/api_docs.html",
        {"apis": listed, "base": f"{request.scheme}://{request.get_host()}"},
    )
