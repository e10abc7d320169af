"""Partner clients for tests: an account, its OAuth2 client, and calls that carry its token."""

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model

from crm.accounts.models import User
from crm.tmf.clients import create_client
from tests.customers.factories import a_user

_count = itertools.count(1)
CUSTOMER = "/tmf-api/customerManagement/v4/customer"
INDIVIDUAL = "/tmf-api/party/v4/individual"
ORGANIZATION = "/tmf-api/party/v4/organization"
INTERACTION = "/tmf-api/partyInteraction/v4/partyInteraction"


@dataclass(frozen=True)
class Partner:
    """A partner system with a token."""

    user: User
    token: str
    http: Client

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        kind = given.pop("Content-Type", "application/json")
        data = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        return self.http.generic(method, path, data, content_type=kind, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)


def a_partner(*permissions: str, scope: str = "read write", role: str = "partner") -> Partner:
    """A partner with the partner role, or with exactly these permissions."""
    user = a_user(*permissions, role="" if permissions else role, is_partner=True)
    client_id, _secret = create_client(f"client {user.username}", user)
    token = get_access_token_model().objects.create(
        application=get_application_model().objects.get(client_id=client_id),
        token=f"token-{next(_count)}-{user.pk}",
        expires=timezone.now() + timedelta(hours=1),
        scope=scope,
    )
    return Partner(user, token.token, Client(raise_request_exception=False))


def a_body(**more: Any) -> dict[str, Any]:
    """The least a customer is created with."""
    return {
        "name": "Priya Nair",
        "engagedParty": {"id": "p-1", "@referredType": "Individual"},
        **more,
    }
