"""What an SMS centre and we say to each other, octet by octet (SMPP 3.4): values in, values out."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interactions.channels import gsm
from interactions.channels.segments import parts

BIND_RECEIVER, BIND_TRANSMITTER = 0x01, 0x02
SUBMIT_SM, DELIVER_SM = 0x04, 0x05
UNBIND, ENQUIRE_LINK, GENERIC_NACK = 0x06, 0x15, 0x80000000
RESPONSE: Final = 0x80000000
OK, INVALID_DESTINATION, TEMPORARY, PERMANENT = 0x00, 0x0B, 0x64, 0x65
_HEAD: Final = struct.Struct("!IIII")
MOST: Final = 64 * 1024 + 512
_VERSION: Final = 0x34
_UDHI, _IS_RECEIPT, _TYPE = 0x40, 0x04, 0x3C
_UCS2: Final = 8
_CHARSETS: Final = {1: "ascii", 3: "latin-1", 6: "iso8859_5", 7: "iso8859_8"}
_RECEIPTED_ID, _MESSAGE_STATE, _PAYLOAD = 0x001E, 0x0427, 0x0424
_USERS_REFERENCE: Final = 0x0204
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_STATES: Final = {2: "delivered", 3: "expired", 4: "deleted", 5: "undelivered", 6: "accepted",
                  7: "unknown", 8: "rejected"}  # fmt: skip
_LONGEST_SENDER: Final = 11
_SHORT_CODE: Final = 6


class Malformed(OSError):
    """What came is no PDU: the connection can't be trusted any further."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One thing said; `status` 0 is fine."""

    command: int
    sequence: int
    status: int = OK
    body: bytes = b""

    def octets(self) -> bytes:
        length = _HEAD.size + len(self.body)
        return _HEAD.pack(length, self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Delivered:
    """A text from somebody, or a receipt for one of ours."""

    sender: str
    to: str
    text: str
    is_receipt: bool
    # Which part of a longer text: a reference of the sender's, its number, of how many.
    part: tuple[int, int, int] | None = None
    # What the centre calls it: of ours, in a receipt, or of theirs where it gives texts an id.
    named: str = ""
    # The number the sender's device gave it.
    reference: int | None = None
    state: str = ""


def length_of(head: bytes) -> int:
    """How long the PDU is that begins so."""
    (length,) = struct.unpack("!I", head)
    if not _HEAD.size <= length <= MOST:
        raise Malformed(f"a PDU of {length} octets")
    return int(length)


def read(octets: bytes) -> Pdu:
    _length, command, status, sequence = _HEAD.unpack_from(octets)
    return Pdu(command, sequence, status, octets[_HEAD.size :])


def bind(system_id: str, password: str, system_type: str) -> bytes:
    return (
        _text(system_id, 15)
        + _text(password, 8)
        + _text(system_type, 12)
        + bytes([_VERSION, 0, 0])
        + b"\0"
    )


def submissions(*, to: str, sender: str, text: str, reference: int) -> list[bytes]:
    """The bodies of submit_sm for each part; a receipt is asked for the last one.

    `reference` goes along whole as the user's reference, and one octet of it holds parts together.
    """
    found = parts(text)
    basic = gsm.is_basic(text)
    bodies = []
    for number, part in enumerate(found, start=1):
        content = gsm.encoded(part) if basic else part.encode("utf-16-be")
        if len(found) > 1:
            content = bytes([5, 0, 3, reference & 0xFF, len(found), number]) + content
        bodies.append(
            b"\0"
            + _sender(sender)
            + bytes([1, 1])
            + _text(to.removeprefix("+"), 20)
            + bytes([_UDHI if len(found) > 1 else 0, 0, 0])
            + b"\0\0"
            + bytes([int(number == len(found)), 0, 0 if basic else _UCS2, 0, len(content)])
            + content
            + struct.pack("!HHH", _USERS_REFERENCE, 2, reference)
        )
    return bodies


def message_id(body: bytes) -> str:
    """What a submit_sm_resp calls the message."""
    return body.partition(b"\0")[0].decode("ascii", "replace")[:64]


def delivered(body: bytes) -> Delivered:
    """What a deliver_sm says; Malformed when it breaks off."""
    try:
        return _delivered(body)
    except (struct.error, IndexError, ValueError) as error:
        raise Malformed(f"a deliver_sm that breaks off: {error}") from error


def _delivered(body: bytes) -> Delivered:
    _service, at = _word(body, 0)
    sender, after = _word(body, at + 2)
    international = body[at] == 1
    to, at = _word(body, after + 2)
    esm_class = body[at]
    _schedule, at = _word(body, at + 3)
    _validity, at = _word(body, at)
    coding, length = body[at + 2], body[at + 4]
    content = body[at + 5 : at + 5 + length]
    if len(content) < length:
        raise ValueError("its text")
    extras = _extras(body[at + 5 + length :])
    content = extras.get(_PAYLOAD, content)
    part, content = _part(content, extras) if esm_class & _UDHI else (_sar(extras), content)
    return Delivered(
        sender=f"+{sender}" if international and sender.isdigit() else sender,
        to=to,
        text=_read_text(content, coding),
        is_receipt=esm_class & _TYPE == _IS_RECEIPT,
        part=part,
        reference=(
            int.from_bytes(extras[_USERS_REFERENCE]) if _USERS_REFERENCE in extras else None
        ),
        named=message_id(extras.get(_RECEIPTED_ID, b"")),
        state=_STATES.get(int.from_bytes(extras.get(_MESSAGE_STATE, b"")), ""),
    )


def _part(content: bytes, extras: Mapping[int, bytes]) -> tuple[tuple[int, int, int] | None, bytes]:
    """The user data header names the part; the text follows it."""
    header, text = content[1 : 1 + content[0]], content[1 + content[0] :]
    at = 0
    while at + 2 <= len(header):
        kind, size = header[at], header[at + 1]
        said = header[at + 2 : at + 2 + size]
        if (kind, size) == (0x00, 3):
            return (said[0], said[2], said[1]), text
        if (kind, size) == (0x08, 4):
            return (said[0] << 8 | said[1], said[3], said[2]), text
        at += 2 + size
    return _sar(extras), text


def _sar(extras: Mapping[int, bytes]) -> tuple[int, int, int] | None:
    if not {_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER} <= extras.keys():
        return None
    reference, number, total = (
        int.from_bytes(extras[tag]) for tag in (_SAR_REFERENCE, _SAR_NUMBER, _SAR_TOTAL)
    )
    return reference, number, total


def _read_text(content: bytes, coding: int) -> str:
    if coding & 0x0F == _UCS2:
        return content.decode("utf-16-be", "replace")
    if charset := _CHARSETS.get(coding):
        return content.decode(charset, "replace")
    return gsm.decoded(content)


def _extras(octets: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(octets):
        tag, size = struct.unpack_from("!HH", octets, at)
        found[tag] = octets[at + 4 : at + 4 + size]
        at += 4 + size
    return found


def _sender(sender: str) -> bytes:
    """A name, a short code or a number: each has its own type."""
    digits = sender.removeprefix("+")
    if not digits.isdigit():
        return bytes([5, 0]) + _text(sender, _LONGEST_SENDER)
    if len(digits) <= _SHORT_CODE:
        return bytes([3, 0]) + _text(digits, 20)
    return bytes([1, 1]) + _text(digits, 20)


def _text(said: str, most: int) -> bytes:
    return said.encode("ascii", "replace")[:most] + b"\0"


def _word(body: bytes, at: int) -> tuple[str, int]:
    end = body.index(b"\0", at)
    return body[at:end].decode("latin-1"), end + 1
