"""Settings in production: what is unsafe stops the start and is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAFE = {
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "DATABASE_URL": "postgres://crm:secret@db.example.org/crm",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "ALLOWED_HOSTS": "crm.example.org",
    "CRM_PUBLIC_URL": "https://crm.example.org",
    "CRM_STORAGE_DIR": "/var/lib/crm/storage",
}


CHECK = ("check", "--deploy", "--fail-level", "WARNING")


def started(*command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A fresh process, which checks as for a deployment; CRM_ENV is left out, as on a server."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        **SAFE,
        **changes,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *(command or CHECK)],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_currency_is_a_code() -> None:
    found = started(CRM_CURRENCY="euro")

    assert found.returncode != 0
    assert "use a code of ISO 4217" in found.stderr


def test_mail_comes_from_the_host_that_people_know_unless_a_sender_is_named() -> None:
    named = "Example Telecom <care@example.org>"

    assert "<care@crm.example.org>" in started("diffsettings").stdout
    assert named in started("diffsettings", CRM_FROM_EMAIL=named).stdout


def test_safe_values_start_without_a_warning() -> None:
    found = started()

    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "0" * 60),
        ("SECRET_KEY", "django-insecure-" + SAFE["SECRET_KEY"]),
        ("DATABASE_URL", "sqlite:///crm.db"),
        ("REDIS_URL", ""),
        ("EMAIL_URL", ""),
        ("EMAIL_URL", "consolemail://"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("CRM_PUBLIC_URL", ""),
        ("CRM_PUBLIC_URL", "crm.example.org"),
        ("CRM_PUBLIC_URL", "http://crm.example.org"),
        ("CRM_STORAGE_DIR", ""),
        ("CRM_STORAGE_DIR", "./uploads"),
        ("DEBUG", "1"),
    ],
)
def test_an_unsafe_value_stops_the_start_and_is_named(name: str, value: str) -> None:
    found = started(**{"CRM_ENV": "production", name: value})

    assert found.returncode != 0
    [said] = found.stderr.strip().splitlines()
    assert said.startswith("Unsafe for production: ")
    assert name in said
    assert not {other for other in SAFE if other != name and other in said}


def test_the_message_shows_no_secret() -> None:
    found = started(ALLOWED_HOSTS="*", CRM_ENV="production")

    assert "secret@" not in found.stderr
    assert SAFE["SECRET_KEY"] not in found.stderr


def test_inside_a_network_without_https_the_public_address_may_be_plain() -> None:
    found = started(CRM_ENV="production", CRM_HTTPS="0", CRM_PUBLIC_URL="http://crm.internal")

    assert "Unsafe for production" not in found.stderr
