"""Files: opened by nobody before a scanner has looked, and one bad file holds up no other."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from crm.web.models import AgentNotice
from interactions.models import Attachment, Interaction
from interactions.processes.notify_customer import send_due
from interactions.processes.receive_message import check_attachments
from tests.customers.factories import a_customer
from tests.interactions.channels.clamd import EICAR, Clamd, a_clamd
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

TEXT = b"The third light is red.\n"


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Clamd]:
    with a_clamd() as clamd:
        settings.CRM_SCANNER = clamd.address
        yield clamd


def _posted(client: Client, one: Interaction, kind: str, **files: bytes) -> int:
    """Attach files to a note, as the composer does; an underscore stands for the dot in names."""
    uploads = [
        SimpleUploadedFile(name.replace("_", "."), content) for name, content in files.items()
    ]
    channel = "email" if kind == "reply" else ""
    said = {"kind": kind, "channel": channel, "body": "See these.", "files": uploads}
    return client.post(f"/interactions/{one.public_id}/answer", said).status_code


def _sent(client: Client, one: Interaction, **files: bytes) -> list[Attachment]:
    assert _posted(client, one, "note", **files) == 303
    return list(Attachment.objects.order_by("pk"))


def _opens(client: Client, one: Interaction, file: Attachment) -> bool:
    answer = client.get(f"/interactions/{one.public_id}/files/{file.public_id}")
    return answer.status_code == 200 and answer.content == bytes(file.content)


def test_clean_file_can_be_opened_once_it_was_looked_at(scanner: Clamd) -> None:
    client, _user = a_desk()
    one = an_interaction()
    (file,) = _sent(client, one, router_txt=TEXT)
    assert (file.state, _opens(client, one, file)) == ("waiting", False)

    assert check_attachments(10) == 1

    file.refresh_from_db()
    assert (file.state, file.because) == ("clear", "Scanned.")
    assert _opens(client, one, file)
    assert scanner.seen == [len(TEXT)]


def test_infected_file_is_never_opened(scanner: Clamd) -> None:
    client, _user = a_desk()
    one = an_interaction()
    (file,) = _sent(client, one, bill_txt=b"Dear all, " + EICAR)

    check_attachments(10)

    file.refresh_from_db()
    assert (file.state, file.because) == ("held", "The scanner found Eicar-Signature.")
    assert not _opens(client, one, file)


def test_file_the_scanner_refuses_holds_up_no_other(scanner: Clamd) -> None:
    client, _user = a_desk()
    one = an_interaction()
    scanner.most = 200_000
    large, small = _sent(client, one, large_txt=b"x" * 3_000_000, small_txt=TEXT)

    assert check_attachments(10) == 2

    large.refresh_from_db()
    small.refresh_from_db()
    assert (large.state, small.state) == ("held", "clear")
    assert "size limit" in large.because or "could not look" in large.because


def test_while_the_scanner_is_away_files_wait(settings: Settings) -> None:
    settings.CRM_SCANNER = "127.0.0.1:1"
    client, _user = a_desk()
    one = an_interaction()
    (file,) = _sent(client, one, router_txt=TEXT)

    assert check_attachments(10) == 0

    file.refresh_from_db()
    assert (file.state, _opens(client, one, file)) == ("waiting", False)


def test_without_a_scanner_the_type_decides() -> None:
    client, _user = a_desk()
    one = an_interaction()

    page, text = _sent(client, one, page_html=b"<html>", router_txt=TEXT)

    assert (page.state, text.state) == ("held", "clear")
    assert (_opens(client, one, page), _opens(client, one, text)) == (False, True)


def test_the_test_file_of_scanners_is_held_without_a_scanner_too() -> None:
    client, _user = a_desk()
    one = an_interaction()

    (file,) = _sent(client, one, bill_txt=EICAR)

    assert file.state == "held"
    assert not _opens(client, one, file)


def _packed(**members: bytes) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("_", "."), content)
    return whole.getvalue()


def _bomb() -> bytes:
    """A few bytes whose table says what they come to."""
    content = bytearray(_packed(zeros_txt=TEXT))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (201 * 1024 * 1024).to_bytes(4, "little")
    return bytes(content)


def _locked() -> bytes:
    """As a program with a password writes it: the flag stands with the file and in the table."""
    content = bytearray(_packed(bill_txt=TEXT))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (_packed(bill_pdf_exe=b"MZ"), "It holds a file of a type that could do harm."),
        (_packed(vbaProject_bin=b"x"), "It holds a file of a type that could do harm."),
        (_packed(more_zip=_packed(a_txt=TEXT)), "It holds packed files that nobody can look"),
        (_bomb(), "Unpacked it would be far too large."),
        (_packed(**{f"{n}_t": b"" for n in range(2001)}), "Unpacked it would be far too large."),
        (_locked(), "It is locked with a password"),
        (_packed(bill_txt=TEXT)[:-30], "It is damaged"),
    ],
    ids=["program", "macros", "packed-twice", "bomb", "too-many", "locked", "damaged"],
)
def test_what_a_packed_file_would_become_is_looked_at(content: bytes, because: str) -> None:
    client, _user = a_desk()
    one = an_interaction()

    (file,) = _sent(client, one, bill_zip=content)

    assert file.state == "held"
    assert file.because.startswith(because)


def test_an_ordinary_packed_file_is_as_good_as_its_contents() -> None:
    client, _user = a_desk()
    one = an_interaction()

    (file,) = _sent(client, one, bills_zip=_packed(march_pdf=TEXT, april_docx=TEXT))

    assert (file.state, _opens(client, one, file)) == ("clear", True)


def test_reply_goes_with_its_file_and_not_before(scanner: Clamd) -> None:
    client, _user = a_desk()
    one = an_interaction(customer=a_customer(email="amara@example.org"))
    assert _posted(client, one, "reply", form_txt=TEXT) == 303
    mine = one.messages.get(direction="outbound", kind="public")
    send_due(10)
    mine.refresh_from_db()
    assert mine.state == "queued"

    check_attachments(10)
    send_due(10)

    mine.refresh_from_db()
    assert mine.state == "sent"
    sent = next(one for one in mail.outbox if "See these." in one.body)
    assert [name for name, _content, _type in sent.attachments] == ["form.txt"]


def test_reply_whose_file_is_held_back_does_not_go_and_its_owner_hears(scanner: Clamd) -> None:
    client, user = a_desk()
    customer = a_customer(email="amara@example.org")
    one = an_interaction(customer=customer, owner_id=user.pk)
    _posted(client, one, "reply", form_txt=EICAR)
    check_attachments(10)
    send_due(10)

    mine = one.messages.get(direction="outbound", kind="public")
    assert mine.state == "dropped"
    assert "form.txt" in mine.last_error
    assert AgentNotice.objects.filter(user=user, level="bad").count() == 1
    assert not [one for one in mail.outbox if "See these." in one.body]


def test_harmful_type_is_refused_before_anything_is_sent() -> None:
    client, _user = a_desk()
    one = an_interaction(customer=a_customer(email="amara@example.org"))

    assert _posted(client, one, "reply", tool_exe=b"MZ" + TEXT) == 422

    assert one.messages.filter(direction="outbound", kind="public").exists() is False
    assert Attachment.objects.exists() is False
