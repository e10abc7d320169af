"""A file that was held back: released or deleted with a reason, malware only by the scanner."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pytest_django import Settings

from crm.access import Actor
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from interactions.channels.contract import Enclosure
from interactions.models import Attachment, Interaction
from interactions.processes.receive_message import (
    check_attachments,
    check_file_again,
    delete_file,
    release_file,
)
from interactions.processes.receive_message.enclosing import enclose
from interactions.processes.track_interaction import rebuild
from tests.interactions.channels.clamd import EICAR, Clamd, a_clamd
from tests.interactions.factories import a_worker, something_said

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("plain"),
    pytest.mark.req("R-TMI-4"),
]
PROGRAM = b"MZ\x90\x00 and so on"


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Clamd]:
    with a_clamd() as clamd:
        settings.CRM_SCANNER = clamd.address
        yield clamd


def a_lead() -> Actor:
    return a_worker("interactions.release_attachment")


def kept(content: bytes = PROGRAM, name: str = "setup.exe") -> Attachment:
    enclose(something_said(), [Enclosure(name, "", content)])
    return Attachment.objects.get()


def steps(matter: Interaction) -> list[str]:
    types = matter.events.order_by("seq").values_list("type", flat=True)
    return [one for one in types if one.startswith("file_")]


def test_it_is_released_with_a_reason_that_stays_on_record() -> None:
    file, lead = kept(), a_lead()

    release_file(attachment_id=file.pk, reason="Their own firmware", actor=lead)

    file.refresh_from_db()
    assert (file.state, file.reason, file.decided_by) == (
        "clear", "Their own firmware", lead.name
    )  # fmt: skip
    assert steps(file.interaction) == ["file_released"]
    assert OutboxEvent.objects.filter(payload__changed=["files"]).count() == 1
    assert rebuild(interaction_id=file.interaction_id) == []


def test_deleted_it_is_empty_and_what_it_was_held_back_for_stays() -> None:
    file = kept()

    delete_file(attachment_id=file.pk, reason="Nobody needs it", actor=a_lead())

    file.refresh_from_db()
    assert (file.state, bytes(file.content), file.finding) == ("deleted", b"", "type")
    assert file.because != ""
    assert steps(file.interaction) == ["file_deleted"]


@pytest.mark.parametrize("decide", [release_file, delete_file])
def test_nobody_decides_without_a_reason_or_the_permission(decide: object) -> None:
    assert callable(decide)
    file = kept()

    with pytest.raises(RuleBroken, match="Say why"):
        decide(attachment_id=file.pk, reason=" ", actor=a_lead())
    with pytest.raises(PermissionDenied):
        decide(attachment_id=file.pk, reason="Why not", actor=a_worker())

    file.refresh_from_db()
    assert file.state == "held"


def test_a_decision_is_made_once() -> None:
    file, lead = kept(), a_lead()
    release_file(attachment_id=file.pk, reason="Fine", actor=lead)

    with pytest.raises(RuleBroken, match="is not held back"):
        delete_file(attachment_id=file.pk, reason="Not fine", actor=lead)


def test_malware_is_released_by_nobody_and_the_database_holds_it() -> None:
    file, lead = kept(EICAR, "invoice.pdf"), a_lead()
    assert file.finding == "malware"

    with pytest.raises(RuleBroken) as refused:
        release_file(attachment_id=file.pk, reason="I know them", actor=lead)

    assert refused.value.code == "malware-stays"
    with pytest.raises(IntegrityError, match="malware_is_not_clear"), transaction.atomic():
        Attachment.objects.update(state="clear")


def test_what_a_scanner_found_is_not_cleared_once_there_is_no_scanner() -> None:
    file, lead = kept(b"A letter that only a scanner sees through.\n", "letter.txt"), a_lead()
    Attachment.objects.update(state="held", finding="malware", because="The scanner found X.")

    with pytest.raises(RuleBroken, match="no scanner is set up"):
        check_file_again(attachment_id=file.pk, actor=lead)

    file.refresh_from_db()
    assert (file.state, file.finding) == ("held", "malware")
    assert steps(file.interaction) == []


def test_malware_that_the_scanner_no_longer_finds_is_clear(scanner: Clamd) -> None:
    file, lead = kept(b"A harmless letter.\n", "letter.txt"), a_lead()
    Attachment.objects.update(state="held", finding="malware", because="The scanner found X.")

    check_file_again(attachment_id=file.pk, actor=lead)
    check_attachments(10)

    file.refresh_from_db()
    assert (file.state, file.finding) == ("clear", "")
    assert steps(file.interaction) == ["file_checked_again"]


def test_malware_that_the_scanner_can_no_longer_look_at_is_still_malware(scanner: Clamd) -> None:
    file, lead = kept(b"A letter that grew too long.\n", "letter.txt"), a_lead()
    Attachment.objects.update(state="held", finding="malware", because="The scanner found X.")
    scanner.most = 10

    check_file_again(attachment_id=file.pk, actor=lead)
    check_attachments(10)

    file.refresh_from_db()
    assert (file.state, file.finding) == ("held", "malware")
    assert "could not look" in file.because


@pytest.mark.parametrize(
    ("content", "name", "finding"),
    [(PROGRAM, "setup.exe", "type"), (EICAR, "letter.txt", "malware")],
)
def test_the_scanner_clears_no_type_and_finds_what_it_finds_again(
    content: bytes, name: str, finding: str, scanner: Clamd
) -> None:
    file, lead = kept(content, name), a_lead()
    check_attachments(10)

    check_file_again(attachment_id=file.pk, actor=lead)
    check_attachments(10)

    file.refresh_from_db()
    assert (file.state, file.finding) == ("held", finding)


def test_what_was_too_large_to_keep_can_only_be_deleted() -> None:
    file, lead = kept(), a_lead()
    Attachment.objects.update(size=99_000_000, content=b"", finding="size")

    with pytest.raises(RuleBroken, match="nothing of it was kept"):
        release_file(attachment_id=file.pk, reason="Fine", actor=lead)
    with pytest.raises(RuleBroken, match="nothing of it was kept"):
        check_file_again(attachment_id=file.pk, actor=lead)
    delete_file(attachment_id=file.pk, reason="Nothing there", actor=lead)


def test_what_was_found_is_known_before_anybody_releases_it() -> None:
    file = kept()
    Attachment.objects.update(finding="")

    with pytest.raises(RuleBroken, match="looked at again"):
        release_file(attachment_id=file.pk, reason="Fine", actor=a_lead())


def test_files_of_matters_out_of_sight_do_not_exist() -> None:
    file = kept()
    stranger = Actor(
        pk=a_lead().pk,
        name="x",
        permissions=frozenset(["interactions.release_attachment", "interactions.view_interaction"]),
    )

    with pytest.raises(Attachment.DoesNotExist):
        release_file(attachment_id=file.pk, reason="Fine", actor=stranger)
