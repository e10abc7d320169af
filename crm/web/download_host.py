"""A host for files alone: nothing of ours is served where strangers' files are, and no cookie.

Off unless `CRM_DOWNLOAD_URL` names one (docs/decisions/0068).
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase

PLACE: Final = "/files/"


def is_asked(request: HttpRequest) -> bool:
    """Whether this request came to the host for files, however its name was spelled.

    At any port of it, for cookies know none; but where a developer has both on one name, by port.
    """
    ours = urlsplit(str(settings.CRM_DOWNLOAD_URL))
    if not ours.hostname:
        return False
    asked = urlsplit(f"//{request.get_host()}")
    if (asked.hostname or "").rstrip(".") != ours.hostname:
        return False
    return ours.hostname != urlsplit(settings.CRM_PUBLIC_URL).hostname or asked.port == ours.port


def nothing_here() -> HttpResponseNotFound:
    """No page of ours, which would bring our scripts and links to that host."""
    return HttpResponseNotFound("Nothing here.\n", content_type="text/plain; charset=utf-8")


class DownloadHost:
    """Before sessions: on the host for files there is nothing but files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_asked(request) and not request.path.startswith(PLACE):
            return nothing_here()
        return self.get_response(request)
