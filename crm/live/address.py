"""Where pages find the stream, and what the content policy has to allow for it."""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port


def live_url(request: HttpRequest) -> str:
    """The address of the stream for the page of this request; "" when there is none."""
    if settings.CRM_LIVE_URL:
        return str(settings.CRM_LIVE_URL)
    if not settings.CRM_LIVE_PORT:
        return ""
    host, _port = split_domain_port(request.get_host())
    return f"{request.scheme}://{host}:{settings.CRM_LIVE_PORT}/live"


def live_sources(port: int, hosts: Sequence[str]) -> list[str]:
    """Our hosts with the port of the stream; a policy can name neither patterns nor IPv6."""
    plain = [host for host in hosts if host and host[0] not in ".*["]
    return [f"http://{host}:{port}" for host in plain] if port else []
