"""Who calls: OAuth2 client credentials, the partner account behind the client, its scopes."""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from oauth2_provider.models import get_access_token_model
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crm.access import Actor, remembered_actor

REALM = 'Bearer realm="tmf-api"'
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REMEMBER_SECONDS = 30.0
_REMEMBER_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid token stands for."""

    user: Any
    client: str
    scopes: frozenset[str]
    expires: float
    looked_up: float

    def actor(self) -> Actor:
        return remembered_actor(self.user)


_grants: OrderedDict[bytes, Grant] = OrderedDict()


def forget_grants() -> None:
    """Look every token up again (tests)."""
    _grants.clear()


def grant_of(header: str) -> Grant:
    """The grant behind an Authorization header; a revoked token lives at most 30 s longer."""
    scheme, _space, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _challenge(NotAuthenticated(_("Send a bearer token; /oauth2/token gives one.")))
    key = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
    found = _grants.get(key)
    if found is None or time.monotonic() - found.looked_up > _REMEMBER_SECONDS:
        found = _look_up(key)
        _grants[key] = found
        while len(_grants) > _REMEMBER_MOST:
            _grants.popitem(last=False)
    if found.expires < time.time():
        raise _challenge(AuthenticationFailed(_("The token has expired.")), "invalid_token")
    return found


def _look_up(key: bytes) -> Grant:
    _grants.pop(key, None)
    token = (
        get_access_token_model()
        .objects.select_related("application__user")
        .filter(token_checksum=key.hex(), expires__gt=timezone.now())
        .first()
    )
    user = token and token.application and token.application.user
    if not user or not user.is_active or not user.is_partner:
        raise _challenge(AuthenticationFailed(_("The token is not valid.")), "invalid_token")
    return Grant(
        user=user,
        client=token.application.client_id,
        scopes=frozenset(token.scope.split()),
        expires=token.expires.timestamp(),
        looked_up=time.monotonic(),
    )


def _challenge(error: Any, code: str = "") -> Any:
    error.auth_header = f'{REALM}, error="{code}"' if code else REALM
    return error


def require_scope(grant: Grant, method: str) -> None:
    """Reading needs the scope read, everything else the scope write."""
    needed = "read" if method in SAFE else "write"
    if needed not in grant.scopes:
        raise PermissionDenied(_("The token lacks the scope %(scope)s.") % {"scope": needed})


class BearerToken(BaseAuthentication):
    """The authentication of every REST framework view."""

    def authenticate(self, request: Request) -> tuple[Any, Grant]:
        grant = grant_of(request.headers.get("Authorization", ""))
        return grant.user, grant

    def authenticate_header(self, request: Request) -> str:
        return REALM


class Scoped(BasePermission):
    """The token's scopes allow the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Grant):
            return False
        require_scope(request.auth, request.method or "")
        return True


def purpose_of(header: str) -> str:
    """Why personal data is read: what the caller says, in a word or two."""
    said = "".join(letter for letter in header if letter.isprintable())[:60].strip()
    return said or getattr(settings, "CRM_API_PURPOSE", "partner-service")
