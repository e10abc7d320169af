"""Texts from an SMS centre: kept before they are answered for, long ones whole, receipts told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from interactions.channels.smpp import pdu
from interactions.models import Inbound, Interaction, MailboxCursor, Message
from interactions.processes.receive_message import file_due
from interactions.processes.receive_message.texting import listen
from readiness.models import CapabilityVersion
from readiness.registry.resolve import forget_snapshot
from tests.interactions.factories import an_interaction, governed
from tests.interactions.smsc import Smsc, a_delivery, an_extra, an_smsc

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.enable_socket,
    pytest.mark.req("R-TMI-4"),
]


@pytest.fixture
def smsc(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smsc]:
    governed()
    forget_snapshot()
    for name, value in (("_TICK", 0.02), ("_FIRST_WAIT", 0.05), ("_PARTS_WAIT", 0.3)):
        monkeypatch.setattr(f"interactions.processes.receive_message.texting.{name}", value)
    with an_smsc() as found:
        settings.CRM_SMPP_URL = found.url
        yield found
    forget_snapshot()


@contextmanager
def listening() -> Iterator[None]:
    """The receiver, as its command runs it."""
    stop = threading.Event()

    def work() -> None:
        try:
            listen(lambda: not stop.is_set())
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def test_a_text_is_kept_answered_for_and_filed(smsc: Smsc) -> None:
    with listening():
        status = smsc.answer_to(smsc.bring(a_delivery(b"My line is dead.")))
    file_due(10)

    interaction = Interaction.objects.get()
    assert (status, interaction.channel) == (0, "sms")
    assert interaction.messages.get().body == "My line is dead."
    assert MailboxCursor.objects.get(pk="smpp").last_error == ""


def test_brought_again_it_is_one_text(smsc: Smsc) -> None:
    with listening():
        for _ in range(2):
            smsc.answer_to(smsc.bring(a_delivery(b"Hello?")))
    file_due(10)

    assert Message.objects.count() == 1


def a_while_ago(minutes: float) -> None:
    """What was kept so far was kept so long ago."""
    Inbound.objects.update(received_at=timezone.now() - timedelta(minutes=minutes))


def brought(smsc: Smsc, *bodies: bytes) -> list[int | None]:
    """Each is answered for before the next is brought."""
    with listening():
        return [smsc.answer_to(smsc.bring(body)) for body in bodies]


@pytest.mark.parametrize(("minutes", "texts"), [(1.9, 1), (2.1, 2)])
def test_without_an_id_the_same_words_are_one_text_for_two_minutes_from_the_first(
    minutes: float, texts: int, smsc: Smsc
) -> None:
    brought(smsc, a_delivery(b"Hello?"))
    a_while_ago(minutes)

    brought(smsc, a_delivery(b"Hello?"))

    assert Inbound.objects.count() == texts


def test_the_id_a_centre_gives_tells_a_repeat_however_late_and_another_text_however_soon(
    smsc: Smsc,
) -> None:
    one, other = (a_delivery(b"Yes", extras=an_extra(0x001E, name)) for name in (b"a\0", b"b\0"))
    brought(smsc, one, other)
    a_while_ago(600)

    assert brought(smsc, one) == [0]

    file_due(10)
    assert (Inbound.objects.count(), Message.objects.count()) == (2, 2)


def test_the_number_of_the_sender_s_device_tells_two_equal_texts_apart(smsc: Smsc) -> None:
    numbered = [a_delivery(b"Yes", extras=an_extra(0x0204, bytes([0, n]))) for n in (1, 2)]

    brought(smsc, *numbered)
    a_while_ago(30)
    brought(smsc, *numbered)

    assert Inbound.objects.count() == 2


def a_part(number: int, text: bytes) -> bytes:
    return a_delivery(b"\x05\x00\x03\x07\x02" + bytes([number]) + text, esm_class=0x40)


def test_a_part_brought_again_before_the_others_is_answered_for_each_time(smsc: Smsc) -> None:
    with listening():
        numbers = [
            smsc.bring(body)
            for body in (a_part(1, b"My line"), a_part(1, b"My line"), a_part(2, b" is dead."))
        ]
        answers = [smsc.answer_to(number) for number in numbers]
    file_due(10)

    assert answers == [0, 0, 0]
    assert Message.objects.get().body == "My line is dead."


def test_a_part_brought_again_after_the_whole_is_no_fragment_beside_it(smsc: Smsc) -> None:
    with listening():
        for number in [
            smsc.bring(a_part(1, b"My line")),
            smsc.bring(a_part(2, b" is dead.")),
        ]:
            smsc.answer_to(number)
        again = smsc.answer_to(smsc.bring(a_part(1, b"My line")))

    assert (again, Inbound.objects.count()) == (0, 1)


def test_the_parts_of_a_long_text_are_one_text_in_their_order(smsc: Smsc) -> None:
    with listening():
        numbers = [
            smsc.bring(a_delivery(b"\x05\x00\x03\x07\x02" + part, esm_class=0x40))
            for part in (b"\x02 is dead.", b"\x01My line")
        ]
        answers = [smsc.answer_to(number) for number in numbers]
    file_due(10)

    assert answers == [0, 0]
    assert Message.objects.get().body == "My line is dead."


def test_a_part_whose_other_never_comes_is_kept_all_the_same(smsc: Smsc) -> None:
    with listening():
        number = smsc.bring(a_delivery(b"\x05\x00\x03\x07\x02\x01My line", esm_class=0x40))
        assert smsc.answer_to(number) == 0

    assert Inbound.objects.count() == 1


def test_switched_off_the_centre_keeps_it(smsc: Smsc) -> None:
    CapabilityVersion.objects.filter(slot__key="channel.sms").update(state="suspended")
    forget_snapshot()

    with listening():
        status = smsc.answer_to(smsc.bring(a_delivery(b"Hello?")))

    assert (status, Inbound.objects.exists()) == (pdu.TEMPORARY, False)


def test_what_nobody_can_read_is_refused_and_the_next_text_comes(smsc: Smsc) -> None:
    with listening():
        statuses = [
            smsc.answer_to(smsc.bring(body)) for body in (b"\0\x01\x01447", a_delivery(b"Hello?"))
        ]

    assert (statuses, smsc.binds) == ([pdu.PERMANENT, 0], ["receiver"])
    assert Inbound.objects.count() == 1


def test_after_a_break_it_binds_again(smsc: Smsc) -> None:
    with listening():
        smsc.answer_to(smsc.bring(a_delivery(b"One")))
        smsc.hang_up()
        status = smsc.answer_to(smsc.bring(a_delivery(b"Two")))

    assert (status, smsc.binds, Inbound.objects.count()) == (0, ["receiver"] * 2, 2)


@pytest.mark.parametrize(
    ("_case", "text", "extras"),
    [
        ("in words", b"id:id-1 sub:001 stat:UNDELIV err:011 text:", b""),
        ("in fields", b"", an_extra(0x001E, b"id-1\0") + an_extra(0x0427, b"\x05")),
    ],
)
def test_a_receipt_tells_what_became_of_our_text(
    _case: str, text: bytes, extras: bytes, smsc: Smsc
) -> None:
    matter = an_interaction()
    ours = Message.objects.create(
        interaction=matter, kind="public", direction="outbound", channel="sms", state="sent",
        body="x", author_name="a", dedupe_key="k", wire_id="id-1", sent_at=matter.opened_at,
        capability_version=matter.capability_version,
    )  # fmt: skip

    with listening():
        smsc.answer_to(smsc.bring(a_delivery(text, esm_class=0x04, extras=extras)))
    file_due(10)

    ours.refresh_from_db()
    assert ours.state == "failed"
