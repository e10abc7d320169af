"""The page of files that were held back."""

import pytest
from django.test import Client

from interactions.channels.contract import Enclosure
from interactions.models import Attachment
from interactions.processes.receive_message.enclosing import enclose
from tests.customers.factories import a_user
from tests.interactions.channels.clamd import EICAR
from tests.interactions.factories import something_said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def signed_in(role: str = "team-lead") -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def kept(content: bytes = b"MZ\x90\x00", name: str = "setup.exe") -> Attachment:
    enclose(something_said(), [Enclosure(name, "", content)])
    return Attachment.objects.get()


def test_without_any_the_page_says_what_would_be_here() -> None:
    page = signed_in().get("/held-files").content.decode()

    assert "No file is held back" in page
    assert "No virus scanner is set up" in page


@pytest.mark.req("R-TMI-4")
def test_a_lead_releases_one_with_a_reason_and_then_it_opens() -> None:
    file, lead = kept(), signed_in()
    address = f"/interactions/{file.interaction.public_id}/files/{file.public_id}"
    assert lead.get(address).status_code == 409
    page = lead.get("/held-files").content.decode()
    assert "setup.exe" in page
    assert "could do harm" in page

    lead.post(f"/held-files/{file.pk}/release", {"reason": "Their firmware"})

    assert lead.get(address).status_code == 200
    after = lead.get("/held-files").content.decode()
    assert "Decided lately" in after
    assert "Their firmware" in after


def test_malware_offers_no_release() -> None:
    file, lead = kept(EICAR, "a.txt"), signed_in()

    page = lead.get("/held-files").content.decode()

    assert f"/held-files/{file.pk}/release" not in page
    assert f"/held-files/{file.pk}/check" in page


def test_deleted_for_good_it_opens_no_more() -> None:
    file, lead = kept(), signed_in()

    lead.post(f"/held-files/{file.pk}/delete", {"reason": "Not needed"})

    answer = lead.get(f"/interactions/{file.interaction.public_id}/files/{file.public_id}")
    assert answer.status_code == 409


def test_the_page_asks_for_its_permission() -> None:
    assert signed_in("agent").get("/held-files").status_code == 403
