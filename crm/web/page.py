"""A page and its fragments from one view, and unchanged fragments answered with 304."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for a part: not a boosted link, not a page restored by going back."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or its fragment when htmx asks.

    `fragment` is one template, or a mapping from the id of the htmx target to its template;
    a target that is not named gets the whole page. New messages ride along out of band.
    """
    chosen = _chosen_fragment(request, fragment)
    if chosen is None:
        response = render(request, template, context, status=status)
    else:
        html = render_to_string(chosen, context, request) + render_to_string(
            "crm/_messages_oob.html", {}, request
        )
        response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _chosen_fragment(request: HttpRequest, fragment: str | Mapping[str, str] | None) -> str | None:
    if fragment is None or not wants_fragment(request):
        return None
    if isinstance(fragment, str):
        return fragment
    return fragment.get(request.headers.get("HX-Target", ""))


def render_panel(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, title: str
) -> HttpResponse:
    """Render a panel for the page that fetches it, or as a small page of its own without script."""
    return render_page(
        request,
        "crm/panel_page.html",
        {**(context or {}), "panel_template": template, "panel_title": title},
        fragment=template,
    )


def etagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer a poll with 304 when nothing changed; for fragments without a CSRF field."""
    digest = hashlib.blake2b(response.content, digest_size=12).hexdigest()
    etag = f'"{digest}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    answer = get_conditional_response(request, etag=etag, response=response)
    return response if answer is None else answer


def redirect_to(request: HttpRequest, url: str) -> HttpResponse:
    """Leave for another page after a change: HX-Redirect for htmx, 303 otherwise."""
    if wants_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return see_other(url)


def see_other(url: str) -> HttpResponse:
    """303: look there with GET, whatever was asked here."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
