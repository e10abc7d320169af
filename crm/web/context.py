"""What the frame around every page needs, worked out only when a template asks."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from crm.access import Actor, signed_in
from crm.live.address import live_url
from crm.web import navigation, visitors
from crm.web.notices import Bell, bell


class Shell:
    """Brand, sidebar, bell and reading habits of the person on this page."""

    brand: str = settings.CRM_BRAND
    modules = (
        "crm/js/keys.js",
        "crm/js/session.js",
        "crm/js/once.js",
        "crm/js/forms.js",
        "crm/js/toasts.js",
        "crm/js/live.js",
        "crm/js/sending.js",
        "crm/js/stream.js",
        "crm/js/search.js",
    )

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _user(self) -> Any:
        return getattr(self._request, "user", None)

    @property
    def ways(self) -> list[visitors.PlacedWay]:
        """Where whoever has no sign-in may go from here."""
        return visitors.ways(self._request.path)

    @cached_property
    def signed_in(self) -> bool:
        return bool(self._user and self._user.is_authenticated)

    @cached_property
    def actor(self) -> Actor:
        return signed_in(self._request)

    @cached_property
    def sections(self) -> list[navigation.Section]:
        return navigation.sections_for(self.actor, self._request.path) if self.signed_in else []

    @cached_property
    def quick(self) -> list[navigation.Item]:
        return navigation.quick_for(self.actor, self._request.path) if self.signed_in else []

    @cached_property
    def _bell(self) -> Bell:
        return bell(self._user.pk) if self.signed_in else Bell(0, 0)

    @property
    def unread(self) -> int:
        return self._bell.unread

    @property
    def newest_notice(self) -> int:
        return self._bell.newest

    @property
    def user_name(self) -> str:
        return str(self._user) if self.signed_in else ""

    @property
    def single_keys(self) -> bool:
        return not self.signed_in or self._user.single_keys

    @property
    def live_url(self) -> str:
        return live_url(self._request) if self.signed_in else ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
