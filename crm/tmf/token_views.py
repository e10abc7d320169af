"""The token endpoints: those two of the toolkit, and not faster than somebody can guess."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from oauth2_provider.views import RevokeTokenView, TokenView

from crm.tmf.throttle import THROTTLE

# Checking a secret is made to be slow: this keeps guessing, and the machine, in bounds.
TRIES_A_MINUTE = 300


class Counted:
    """Counts calls by address before anything is checked."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        address = request.META.get("REMOTE_ADDR") or "unknown"
        THROTTLE.take(f"token:{address}", limit=TRIES_A_MINUTE)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin of views
        return answer


class Token(Counted, TokenView):  # type: ignore[misc]  # the toolkit has no types
    """POST /oauth2/token"""


class Revoke(Counted, RevokeTokenView):  # type: ignore[misc]  # the toolkit has no types
    """POST /oauth2/revoke"""
