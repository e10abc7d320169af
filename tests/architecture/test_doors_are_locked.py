"""Every address refuses a stranger, and every unsafe method needs a CSRF or a bearer token."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseForbidden
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from crm.accounts.models import User

# Open on purpose: the way in, the health of the process, and the documentation of the doors.
OPEN_TO_READ = {
    "/login",
    "/login/lost",
    "/login/lost/asked",
    "/contact",
    "/mine/ask",
    "/login/new/x/x",
    # Where somebody becomes a customer by themselves, unless an operator closed it.
    "/join",
    "/join/code",
    "/join/welcome",
    # Answers by signed link only, to customers.
    "/opinion/x",
    # Articles meant for customers; any other is not there.
    "/help/x",
    # A file by a signed ticket of a minute, on a host of its own; else it is not there.
    "/files/x",
    "/livez",
    "/readyz",
    "/admin/login/",
    "/api/docs",
}
DOCUMENTS = "openapi.json"
UNSAFE = ("post", "put", "patch", "delete")
SAMPLES = {"int": "1", "str": "x", "slug": "x", "uuid": str(uuid.UUID(int=0)), "path": "x"}


def addresses(patterns: Any = None, before: str = "/") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = before + sample(pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def sample(pattern: URLPattern | URLResolver) -> str:
    route = str(pattern.pattern)
    if isinstance(pattern.pattern, RegexPattern):
        without_groups = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)
        return re.sub(r"[\^$\\?]", "", without_groups).replace("\\Z", "")
    converters = pattern.pattern.converters
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda found: SAMPLES.get(kind_of(converters[found[1]]), "1"),
        route,
    )


def kind_of(converter: Any) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")


EVERYWHERE = sorted(set(addresses()))
LOCKED = {
    address
    for address in EVERYWHERE
    if address not in OPEN_TO_READ and not address.endswith(DOCUMENTS)
}


def section(address: str) -> str:
    """What the sidebar or the administration would call the part an address belongs to."""
    parts = address.split("/")
    return "/".join(parts[:3] if parts[1] in {"admin", "tmf-api"} else parts[:2])


# One test for each part, since each address costs less than what a test costs around it.
SECTIONS = sorted({section(address) for address in EVERYWHERE})


def test_addresses_are_found() -> None:
    assert "/login" in EVERYWHERE
    assert len(EVERYWHERE) > 30


@pytest.mark.django_db
@pytest.mark.parametrize("part", SECTIONS)
def test_stranger_sees_nothing(client: Client, part: str) -> None:
    open_to_strangers = []
    for address in sorted(LOCKED):
        if section(address) != part:
            continue
        answer = client.get(address, REMOTE_ADDR="203.0.113.9")
        # Signing out of admin leads to admin, which leads to its login.
        to_login = answer.status_code == 302 and (
            "/login" in answer.headers["Location"] or answer.headers["Location"] == "/admin/"
        )
        if not (to_login or answer.status_code in {401, 403, 405}):
            open_to_strangers.append((address, answer.status_code))

    assert open_to_strangers == []


@pytest.mark.django_db
@pytest.mark.parametrize("part", SECTIONS)
def test_signed_in_browser_changes_nothing_without_a_token(part: str, settings: Any) -> None:
    # Who is refused is asked thousands of times; how the page then looks is seen elsewhere.
    settings.CSRF_FAILURE_VIEW = lambda _request, reason: HttpResponseForbidden(reason)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("root", password="let-me-in"))

    changed = [
        (method, address, status)
        for address in EVERYWHERE
        if section(address) == part
        for method in UNSAFE
        if (status := getattr(browser, method)(address).status_code) not in {400, 401, 403, 405}
    ]

    assert changed == []
