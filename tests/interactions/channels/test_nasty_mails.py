"""Nasty mails: nothing is lost, nothing crashes, and a person looks where it is unsure."""

import pytest

from interactions.channels import mime
from interactions.channels.contract import Unreadable
from interactions.models import Attachment, Inbound, Interaction, Message
from interactions.processes.receive_message import file_due, keep
from tests.interactions.factories import an_interaction
from tests.interactions.nasty_mails import ALL, RETURNED_FOR_GOOD, Nasty, returned
from tests.interactions.processes.receive_message.factories import arrived

READABLE = [one for one in ALL if one.held != "unreadable"]


@pytest.mark.req("R-TMI-4")
@pytest.mark.parametrize("nasty", READABLE, ids=lambda nasty: nasty.name)
def test_what_was_said_is_read(nasty: Nasty) -> None:
    found = mime.read(nasty.raw)

    said = found.text or found.subject
    assert nasty.says in said
    assert "\0" not in found.text + found.whole + found.subject + found.sender_name
    assert [one.name for one in found.enclosures] == list(nasty.files)
    assert bool(found.machine) is nasty.machine
    assert (found.threads, found.reports) == ((), ())


@pytest.mark.parametrize("nasty", [one for one in ALL if one.says], ids=lambda nasty: nasty.name)
def test_half_of_it_is_no_crash_either(nasty: Nasty) -> None:
    for end in range(0, len(nasty.raw), max(len(nasty.raw) // 7, 1)):
        try:
            found = mime.read(nasty.raw[:end])
        except Unreadable:
            continue
        assert "\0" not in found.text + found.whole + found.subject + found.sender_name


@pytest.mark.req("R-TMI-4")
@pytest.mark.django_db
def test_every_one_of_them_is_filed_or_held_for_a_person(plain: None) -> None:
    """One by one through the same filing, each from a customer of its own."""
    fates = {}
    for number, nasty in enumerate(ALL):
        own = nasty.raw.replace(b"priya@", b"priya%d@" % number)
        keep(channel="email", source=f"test:{number}", raw=own)
    file_due(len(ALL) + 1)

    for row in Inbound.objects.all():
        nasty = ALL[int(row.source.partition(":")[2])]
        fates[nasty.name] = row.code if row.state == "held" else row.state
        assert row.size == len(bytes(row.raw))
    assert fates == {one.name: one.held or "filed" for one in ALL}
    filed = [one for one in ALL if not one.held]
    assert Interaction.objects.count() == Message.objects.count() == len(filed)
    assert Attachment.objects.count() == sum(len(one.files) for one in filed)


def _ours() -> Message:
    matter = an_interaction()
    return Message.objects.create(
        interaction=matter, kind="public", direction="outbound", channel="email", state="sent",
        body="x", author_name="a", dedupe_key="k", wire_id="<i.7.abc.def@localhost>",
        sent_at=matter.opened_at, capability_version=matter.capability_version,
    )  # fmt: skip


@pytest.mark.req("R-CIM-17")
@pytest.mark.django_db
@pytest.mark.parametrize("mta", RETURNED_FOR_GOOD)
def test_what_came_back_is_known_however_a_server_puts_it(mta: str, plain: None) -> None:
    ours = _ours()

    row = arrived(returned(ours.wire_id, mta))

    ours.refresh_from_db()
    assert (row.state, row.code, ours.state) == ("filed", "report", "failed")


@pytest.mark.django_db
def test_what_is_late_for_now_has_not_come_back(plain: None) -> None:
    ours = _ours()

    arrived(returned(ours.wire_id, "for now"))

    ours.refresh_from_db()
    assert ours.state == "sent"


@pytest.mark.django_db
def test_what_came_back_and_is_nothing_of_ours_is_held(plain: None) -> None:
    row = arrived(returned("<i.9.made.up@localhost>", "qmail"))

    assert (row.state, row.code) == ("held", "report-of-nothing")
