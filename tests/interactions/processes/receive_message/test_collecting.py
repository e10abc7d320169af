"""IMAP: every mail once, whoever reads, whatever breaks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from interactions.models import Inbound, Interaction, MailboxCursor
from interactions.processes.receive_message import collect, file_due
from interactions.tasks import collect_mail, file_arrivals
from readiness.models import CapabilityVersion
from readiness.registry import slots
from readiness.registry.resolve import forget_snapshot
from tests.interactions.imap_server import NOON, Folder, an_imap_server
from tests.interactions.mails import a_mail
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


@pytest.fixture
def folder(in_use: None, settings: Any) -> Iterator[Folder]:
    with an_imap_server() as box:
        settings.CRM_MAILBOXES = {"care": box.url}
        yield box


@pytest.mark.req("R-TMI-3", "R-TMI-4")
def test_mail_in_a_mailbox_becomes_an_interaction_once_however_often_it_is_read(
    folder: Folder,
) -> None:
    folder.put(a_mail(body="My line is dead."))
    for _ in range(3):
        collect_mail()
        file_arrivals()

    (interaction,) = Interaction.objects.all()
    assert (interaction.channel, interaction.subject) == ("email", "No dial tone")
    assert interaction.description == "My line is dead."
    # The server's time of receipt, never the date somebody wrote into the mail.
    assert interaction.opened_at == min(NOON, interaction.opened_at)
    assert folder.fetched == [1]


def test_only_what_is_new_is_fetched_the_next_time(folder: Folder) -> None:
    folder.put(a_mail())
    collect("care")
    folder.put(a_mail(subject="Another matter"))

    assert collect("care") == 1
    assert folder.fetched == [1, 2]
    assert MailboxCursor.objects.get().last_uid == 2


def test_after_the_server_renumbered_everything_is_read_and_nothing_is_doubled(
    folder: Folder,
) -> None:
    for subject in ("One", "Two"):
        folder.put(a_mail(subject=subject))
    collect("care")
    folder.validity = 8
    folder.mails = {10: folder.mails[1], 11: folder.mails[2], 12: a_mail(subject="Three")}
    folder.dates = dict.fromkeys(folder.mails, NOON)

    assert collect("care") == 1
    assert Inbound.objects.count() == 3
    assert (MailboxCursor.objects.get().uidvalidity, folder.fetched) == (8, [1, 2, 10, 11, 12])


def test_a_mailbox_somebody_reads_is_left_alone(folder: Folder) -> None:
    folder.put(a_mail())
    MailboxCursor.objects.create(name="care", lease_until=timezone.now() + timedelta(minutes=1))

    assert collect("care") == 0
    assert folder.fetched == []


def test_a_server_that_hangs_up_is_noted_and_tried_again(folder: Folder) -> None:
    folder.put(a_mail())
    folder.broken = True
    collect("care")
    cursor = MailboxCursor.objects.get()
    assert (cursor.lease_until, cursor.last_uid) == (None, 0)
    assert cursor.failing_since is not None
    assert cursor.last_error

    folder.broken = False
    assert collect("care") == 1
    assert MailboxCursor.objects.get().failing_since is None


@pytest.mark.req("R-TMI-4")
def test_while_the_channel_is_off_nothing_is_read_and_nothing_is_lost(folder: Folder) -> None:
    folder.put(a_mail())
    CapabilityVersion.objects.filter(slot__key="channel.email").update(state="suspended")
    forget_snapshot()
    assert collect("care") == 0
    assert folder.fetched == []

    CapabilityVersion.objects.filter(slot__key="channel.email").update(state="general_availability")
    forget_snapshot()
    assert collect("care") == 1


def test_of_a_mail_that_is_too_large_only_the_head_is_taken(folder: Folder) -> None:
    baseline = slots.named("channel.email").baseline
    a_serving_version("channel.email", {**baseline, "most_bytes": 1000})
    folder.put(a_mail(body="x" * 5000))

    collect("care")
    file_due(10)

    row = Inbound.objects.get()
    assert row.size < 1000
    assert (row.state, row.code, row.subject) == ("held", "too-large", "No dial tone")
