"""A partner system: another program that speaks HTTP to the running server."""

from dataclasses import dataclass, field
from typing import Any

import requests

from crm.tmf.clients import create_client
from tests.customers.factories import a_user


@dataclass
class PartnerSystem:
    """Signs in with client credentials as any OAuth2 client does, then calls with its token."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        address = path if path.startswith("http") else f"{self.url}{path}"
        return self.http.request(method, address, timeout=20, **options)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self.call("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> requests.Response:
        given = {"Content-Type": "application/merge-patch+json"} | headers
        return self.call("PATCH", path, json=body, headers=given)


def a_partner_system(url: str, name: str = "acme") -> PartnerSystem:
    """A partner with an account and a client, signed in at the token endpoint."""
    client = create_client(name, a_user(role="partner", username=name, is_partner=True))
    system = PartnerSystem(url)
    answer = system.http.post(
        f"{url}/oauth2/token", data={"grant_type": "client_credentials"}, auth=client, timeout=20
    )
    assert answer.status_code == 200, answer.text
    system.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return system
