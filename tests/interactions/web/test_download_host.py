"""The host for files serves files by a ticket and nothing else, and knows nobody."""

from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.test import Client
from pytest_django import Settings

from crm import production
from interactions.channels.contract import Enclosure
from interactions.models import Attachment
from interactions.processes.receive_message.enclosing import enclose
from interactions.web import attachments
from tests.interactions.factories import something_said
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_settings")]
HOST = "files.example.org"
TEXT = b"The third light is red.\n"


@pytest.fixture
def plain_settings(plain: None, settings: Settings) -> None:
    settings.CRM_DOWNLOAD_URL = f"http://{HOST}"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]


def a_file() -> Attachment:
    enclose(something_said(), [Enclosure("router.txt", "", TEXT)])
    return Attachment.objects.get()


def led_to(file: Attachment) -> str:
    client, _user = a_desk()
    answer = client.get(f"/interactions/{file.interaction.public_id}/files/{file.public_id}")
    assert answer.status_code == 302
    return answer["Location"]


def test_the_link_leads_to_the_other_host_which_serves_the_file_and_sets_no_cookie() -> None:
    there = urlsplit(led_to(a_file()))
    assert there.netloc == HOST

    answer = Client(HTTP_HOST=HOST).get(there.path)

    assert (answer.status_code, answer.content) == (200, TEXT)
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert dict(answer.cookies) == {}


def test_a_ticket_is_worth_nothing_where_our_pages_are_nor_when_it_is_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = urlsplit(led_to(a_file())).path

    assert Client().get(path).status_code == 404
    assert Client(HTTP_HOST=HOST).get(f"{path}x").status_code == 404
    monkeypatch.setattr(attachments, "_TICKET_SECONDS", -1)
    assert Client(HTTP_HOST=HOST).get(path).status_code == 404


def test_a_file_that_is_held_back_meanwhile_does_not_come() -> None:
    path = urlsplit(led_to(a_file())).path
    Attachment.objects.update(state="held", finding="malware")

    assert Client(HTTP_HOST=HOST).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/login", "/desk", "/contact", "/files/x"])
def test_no_page_of_ours_is_on_that_host(path: str) -> None:
    answer = Client(HTTP_HOST=HOST).get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("host", ["Files.Example.org", f"{HOST}:8443", f"{HOST}."])
def test_no_page_of_ours_is_there_however_its_name_is_spelled(host: str) -> None:
    answer = Client(HTTP_HOST=host).get("/login")

    assert answer.status_code == 404


def test_on_one_name_pages_and_files_are_told_apart_by_port(settings: Settings) -> None:
    settings.CRM_PUBLIC_URL = f"http://{HOST}:8000"
    settings.CRM_DOWNLOAD_URL = f"http://{HOST}:8001"

    pages, files = (Client(HTTP_HOST=f"{HOST}:{port}").get("/login") for port in (8000, 8001))

    assert (pages.status_code, files.status_code) == (200, 404)


def test_a_ticket_of_another_kind_opens_nothing() -> None:
    other = signing.dumps(str(a_file().public_id), salt="something else")

    assert Client(HTTP_HOST=HOST).get(f"/files/{other}").status_code == 404


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("", True),
        ("https://files.example.org", True),
        ("https://crm.example.org:8443", False),
        ("http://files.example.org", False),
    ],
)
def test_production_takes_another_host_or_none(url: str, fine: bool) -> None:
    assert production._is_elsewhere(url, "https://crm.example.org", "https") is fine
