"""Where pages find the stream."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from crm.live.address import live_sources, live_url


@pytest.mark.parametrize(
    ("url", "port", "host", "found"),
    [
        ("", 0, "localhost:8000", ""),
        ("/live", 18000, "localhost:8000", "/live"),
        ("", 18000, "localhost:8000", "http://localhost:18000/live"),
        ("", 18000, "[::1]:8000", "http://[::1]:18000/live"),
    ],
)
def test_address_follows_the_settings_and_the_host(
    settings: Settings, url: str, port: int, host: str, found: str
) -> None:
    settings.CRM_LIVE_URL, settings.CRM_LIVE_PORT = url, port

    assert live_url(RequestFactory().get("/desk", headers={"host": host})) == found


def test_policy_names_plain_hosts_only() -> None:
    hosts = ["localhost", "[::1]", "*", ".example.org"]

    assert live_sources(18000, hosts) == ["http://localhost:18000"]
    assert live_sources(0, hosts) == []
