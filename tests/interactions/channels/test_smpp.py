"""Our SMPP client against a centre on loopback: bind, parts, alphabets, refusals, breaks."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from interactions.channels import gsm, smpp, sms
from interactions.channels.outcome import Outcome, Result
from interactions.channels.segments import parts, segments
from interactions.channels.smpp import centre as centres
from interactions.channels.smpp import pdu
from interactions.models import Message
from tests.interactions.smsc import Smsc, a_delivery, an_extra, an_smsc

pytestmark = [pytest.mark.enable_socket, pytest.mark.req("R-TMI-4")]
NUMBER = "+447700900123"


@pytest.fixture
def smsc(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Smsc]:
    monkeypatch.setattr("interactions.channels.smpp.centre._RESTS", (0.01, 0.01))
    monkeypatch.setattr("interactions.channels.smpp.session._ANSWER", 1.0)
    with an_smsc() as found:
        settings.CRM_SMPP_URL = found.url
        yield found
        smpp_centre(found).leave()
        centres.centre_at.cache_clear()


def smpp_centre(smsc: Smsc) -> centres.Centre:
    return centres.centre_at(smsc.url)


def sent(text: str = "On our way.", sender: str = "Aldermere") -> Result:
    return smpp.send(Message(channel="sms", recipient=NUMBER, body=text), sender)


def test_a_text_is_handed_over_and_gets_the_id_of_the_centre(smsc: Smsc) -> None:
    result = sent()

    assert (result.outcome, result.wire_id) == (Outcome.SENT, "id-1")
    assert smsc.taken == [
        {
            "from": "Aldermere", "from_type": 5, "to": "447700900123", "to_type": 1,
            "esm_class": 0, "receipt": 1, "coding": 0, "text": b"On our way.",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(("sender", "kind"), [("Aldermere", 5), ("60606", 3), ("+447700900555", 1)])
def test_a_sender_is_a_name_a_short_code_or_a_number(sender: str, kind: int, smsc: Smsc) -> None:
    sent(sender=sender)

    assert smsc.taken[0]["from_type"] == kind


def test_one_connection_carries_many_texts(smsc: Smsc) -> None:
    for _ in range(3):
        sent()

    assert (smsc.binds, len(smsc.taken)) == (["transmitter"], 3)


def test_a_long_text_goes_in_parts_that_name_each_other_and_one_receipt(smsc: Smsc) -> None:
    text = "0123456789" * 31

    result = sent(text)

    first, second, third = (bytes(one["text"]) for one in smsc.taken)  # type: ignore[call-overload]  # octets
    assert [one["esm_class"] for one in smsc.taken] == [0x40] * 3
    assert [one["receipt"] for one in smsc.taken] == [0, 0, 1]
    assert first[:3] == b"\x05\x00\x03"
    assert {part[3] for part in (first, second, third)} == {first[3]}
    assert [(part[4], part[5]) for part in (first, second, third)] == [(3, 1), (3, 2), (3, 3)]
    assert (first[6:] + second[6:] + third[6:]).decode() == text
    assert (len(first), result.wire_id) == (159, "id-3")


@pytest.mark.parametrize(
    ("text", "coding", "octets"),
    [
        ("€5 für Ärger [@]", 0, b"\x1be5 f\x7er \x5brger \x1b<\x00\x1b>"),
        ("Привет", 8, "Привет".encode("utf-16-be")),
        ("🙂", 8, "🙂".encode("utf-16-be")),
    ],
)
def test_letters_go_in_the_smallest_alphabet_that_has_them(
    text: str, coding: int, octets: bytes, smsc: Smsc
) -> None:
    sent(text)

    assert (smsc.taken[0]["coding"], smsc.taken[0]["text"]) == (coding, octets)


def test_every_letter_of_the_alphabet_comes_back() -> None:
    letters = gsm.BASIC.replace("\x1b", "") + "^{}\\[~]|€\f"

    assert (len(gsm.BASIC), gsm.decoded(gsm.encoded(letters))) == (128, letters)


@pytest.mark.parametrize("text", ["x" * 161, "€" * 81, "ж" * 71, "🙂" * 36, "x" * 152 + "€" * 20])
def test_parts_are_the_text_and_as_many_as_are_billed(text: str) -> None:
    assert ("".join(parts(text)), len(parts(text))) == (text, segments(text))


@pytest.mark.parametrize(
    ("_case", "statuses", "outcome", "unreachable"),
    [
        ("no such number", [0x0B], Outcome.NEVER, True),
        ("our sender is not liked", [0x0A], Outcome.AWAY, False),
        ("this text is not taken", [0x45], Outcome.LATER, False),
        ("slow down, then fine", [0x58], Outcome.SENT, False),
        ("slow down, and again", [0x58, 0x14, 0x58], Outcome.AWAY, False),
    ],
)
def test_what_the_centre_answers_is_told_apart(
    _case: str, statuses: list[int], outcome: str, unreachable: bool, smsc: Smsc
) -> None:
    smsc.statuses = statuses

    result = sent()

    assert (result.outcome, result.unreachable) == (outcome, unreachable)


def _hang_up(smsc: Smsc) -> None:
    smsc.hang_up()


def _fall_silent(smsc: Smsc) -> None:
    smsc.silent = True


@pytest.mark.parametrize("breaks", [_hang_up, _fall_silent])
def test_a_break_leaves_the_text_in_doubt_and_the_next_text_binds_again(
    breaks: Callable[[Smsc], None], smsc: Smsc
) -> None:
    sent()
    breaks(smsc)
    away = sent("Lost?")
    smsc.silent = False

    again = sent("Here.")

    # It was said and not answered: nobody knows whether it was taken.
    assert (away.outcome, again.outcome) == (Outcome.UNSURE, Outcome.SENT)
    assert [one["text"] for one in smsc.taken] == [b"On our way.", b"Here."]


def test_an_idle_connection_is_asked_before_it_is_trusted(
    smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interactions.channels.smpp.centre._STILL_THERE", 0.0)
    sent()
    smsc.hang_up()

    result = sent()

    assert (result.outcome, smsc.binds) == (Outcome.SENT, ["transmitter", "transmitter"])
    sent()
    assert smsc.enquiries > 0


def test_a_wrong_password_is_away_and_says_so(smsc: Smsc) -> None:
    smsc.password = b"another"

    result = sent()

    assert (result.outcome, "0x0E" in result.said) == (Outcome.AWAY, True)


@pytest.mark.parametrize("url", ["", "http://host", "smpp://"])
def test_without_a_centre_the_channel_says_what_is_missing(url: str, settings: Any) -> None:
    settings.CRM_SMPP_URL, settings.CRM_SMPP_LINK = url, ""

    assert smpp.why_not() != ""


def test_texts_of_many_threads_do_not_mix(smsc: Smsc) -> None:
    results: list[Result] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(sent(f"{n}" * 200))) for n in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    pairs = [bytes(one["text"])[6:7] for one in smsc.taken]  # type: ignore[call-overload]  # octets
    assert [result.outcome for result in results] == [Outcome.SENT] * 5
    assert pairs[::2] == pairs[1::2]


@pytest.mark.parametrize(
    ("_case", "body", "text"),
    [
        ("gsm", a_delivery(b"\x1be5"), "€5"),
        ("latin-1", a_delivery("für".encode("latin-1"), coding=3), "für"),
        ("ucs2", a_delivery("Привет".encode("utf-16-be"), coding=8), "Привет"),
        ("half a letter", a_delivery(b"\x04", coding=8), "\ufffd"),
        ("in the payload", a_delivery(b"", extras=an_extra(0x0424, b"long")), "long"),
        ("no letter of it", a_delivery(b"\xffx"), "?x"),
    ],
)
def test_what_comes_is_read_in_its_alphabet(_case: str, body: bytes, text: str) -> None:
    found = pdu.delivered(body)

    assert (found.sender, found.text, found.part) == (NUMBER, text, None)


@pytest.mark.parametrize(
    ("_case", "body"),
    [
        ("8 bit", a_delivery(b"\x05\x00\x03\x2a\x02\x01Hi", esm_class=0x40)),
        ("16 bit", a_delivery(b"\x06\x08\x04\x00\x2a\x02\x01Hi", esm_class=0x40)),
        (
            "beside it",
            a_delivery(
                b"Hi",
                extras=an_extra(0x020C, b"\0\x2a") + an_extra(0x020E, b"\x02")
                + an_extra(0x020F, b"\x01"),
            ),
        ),
    ],
)  # fmt: skip
def test_a_part_names_its_place(_case: str, body: bytes) -> None:
    found = pdu.delivered(body)

    assert (found.part, found.text) == ((42, 1, 2), "Hi")


def test_a_customer_who_writes_the_words_of_a_receipt_reports_nothing() -> None:
    forged = pdu.delivered(a_delivery(b"id:id-1 stat:UNDELIV err:1"))
    said = {"type": "message", "id": "1", "from": forged.sender, "text": forged.text}

    assert (forged.is_receipt, sms.read(orjson.dumps(said), {}).reports) == (False, ())


@pytest.mark.parametrize("cut", range(0, 30, 3))
def test_what_breaks_off_is_malformed_and_no_crash(cut: int) -> None:
    with pytest.raises(pdu.Malformed):
        pdu.delivered(a_delivery(b"Hello")[:cut])


def test_a_text_goes_with_a_reference_that_receipts_may_repeat() -> None:
    (body,) = pdu.submissions(to="+447700900123", sender="60606", text="Hello", reference=0x1234)

    assert body.endswith(b"Hello\x02\x04\x00\x02\x12\x34")
