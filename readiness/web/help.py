"""An article as customers read it: open to everybody, in their language, and nothing else here."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from crm.languages import spoken
from readiness.registry.guidance import FALLBACK, article_for_customers


@require_GET
def article(request: HttpRequest, key: str) -> HttpResponse:
    """A validated article for customers; anything else is not there."""
    asked = request.GET.get("lang", "")[:12] or FALLBACK
    found = article_for_customers(key, asked)
    if found is None:
        raise Http404
    with translation.override(spoken(found.language)):
        return render(request, "readiness/help.html", {"article": found})
