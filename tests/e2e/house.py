"""A whole installation on loopback: what a user, an operator and a partner meet."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from crm.accounts.models import User
from crm.celery import app
from customers.models import Customer
from interactions.models import Interaction
from tests.customers.factories import a_user
from tests.interactions.mailbox import Mailbox, a_mailbox
from tests.interactions.workers import a_worker_process

PASSWORD = "a-long-walk-in-the-rain"
STAFF = (
    "agent", "team-lead", "data-steward", "privacy-officer", "readiness-manager", "administrator",
)  # fmt: skip


@dataclass
class House:
    """Where everything is, and what the steps so far have left behind."""

    url: str
    mailbox: Mailbox
    kept: dict[str, Any] = field(default_factory=dict)

    def signed_in(self, role: str) -> Client:
        """A browser without script, signed in through the form."""
        client = Client()
        answer = client.post("/login", {"username": role, "password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return client

    @property
    def customer(self) -> Customer:
        """The customer the story is about, as it stands now."""
        return Customer.objects.get(number=self.kept["number"])

    @property
    def matter(self) -> Interaction:
        """The matter the story is about, as it stands now."""
        return Interaction.objects.get(pk=self.kept["matter"])


@contextmanager
def a_house() -> Iterator[House]:
    app.control.purge()
    call_command("starter_set", stdout=io.StringIO())
    for role in STAFF:
        _a_person(role)
    with pytest.MonkeyPatch.context() as patch, a_mailbox() as mailbox, _a_web_server() as url:
        patch.setenv("CRM_PUBLIC_URL", url)
        with a_worker_process(mailbox, "house"):
            yield House(url, mailbox)
    app.control.purge()
    _hang_up()


def _hang_up() -> None:
    """End what threads of the web server left open, so that the database can be emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _a_person(role: str) -> User:
    person = a_user(
        role=role,
        username=role,
        email=f"{role}@crm.example",
        first_name=role.title(),
        is_staff=role == "administrator",
    )
    person.set_password(PASSWORD)
    person.save()
    return person


@contextmanager
def _a_web_server() -> Iterator[str]:
    server = LiveServer("127.0.0.1")
    server._live_server_modified_settings.enable()
    try:
        yield str(server.url)
    finally:
        server._live_server_modified_settings.disable()
        server.stop()


def ran(command: str, *args: Any, **options: Any) -> dict[str, Any]:
    """A management command's answer in JSON."""
    out = io.StringIO()
    call_command(command, *args, json=True, stdout=out, **options)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def counted(answer: dict[str, Any]) -> list[int]:
    return [answer[name] for name in ("total", "created", "updated", "unchanged", "failed")]


def posted(client: Client, name: str, *args: object, **data: Any) -> str:
    """Send a form; the page it leads to, as a person reads it."""
    path = name if name.startswith("/") else reverse(name, args=args)
    answer = client.post(path, data, follow=True)
    html = answer.content.decode()
    assert answer.status_code == 200, read_aloud(html)
    return html


def page(client: Client, name: str, *args: object, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    html = answer.content.decode()
    assert answer.status_code == 200, read_aloud(html)
    return html


def read_aloud(html: str) -> str:
    """The words of a page's content, to see at once what it says."""
    content = html.partition("<main")[2].partition("</main>")[0] or html
    return " ".join(re.sub("<[^>]*>", " ", content).split())
