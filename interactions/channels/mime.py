"""A mail as it came, read into what was said: standard library, and nothing trusted."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email import policy
from email.header import decode_header, make_header
from email.message import Message as Part
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Any, Final

from interactions.channels import marks
from interactions.channels.contract import Enclosure, Incoming, Report, Unreadable
from interactions.channels.html_text import as_text
from interactions.channels.machines import sign_of_a_machine
from interactions.channels.quoting import own_words

_ID: Final = re.compile(r"<[^<>\s]{3,248}>")
# What our own ids look like: their middle is signed, so nobody else knows one.
_OURS: Final = re.compile(r"<i\.[^<>\s]{3,240}>")
_DAEMONS: Final = frozenset(["mailer-daemon", "postmaster"])
_REFUSED: Final = re.compile(r"^.{0,80}\b5(?:\d\d|\.\d{1,3}\.\d{1,3})\b.{0,160}", re.M)
_SPACE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_MOST_PARTS: Final = 60
_DEEPEST: Final = 12
_MOST_TEXT: Final = 200_000
_MOST_IDS: Final = 50
_LONGEST: Final = 320
_ADDRESSED: Final = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


def read(raw: bytes) -> Incoming:
    """What a mail says; charsets that lie, parts without end and broken headers included."""
    if not raw.strip():
        raise Unreadable("The mail is empty.")
    try:
        return _read(raw)
    except RecursionError as error:
        raise Unreadable("The mail is nested too deeply.") from error


def _read(raw: bytes) -> Incoming:
    mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    parts = list(_parts(mail))
    headers = _headers(mail)
    name, address = _sender(mail)
    wire_id = next(iter(_ID.findall(headers.get("message-id", ""))), "")
    whole = _text(parts)
    content_type = mail.get_content_type()
    return Incoming(
        identity=wire_id or f"sha256:{hashlib.sha256(raw).hexdigest()}",
        wire_id=wire_id,
        sender=address,
        sender_name=name,
        subject=headers.get("subject", "")[:250],
        text=own_words(whole),
        whole=whole,
        references=tuple(dict.fromkeys(_references(headers))),
        threads=marks.marked(_places_of_marks(headers)),
        machine=sign_of_a_machine(headers, content_type),
        reports=tuple(
            _reports(parts)
            if content_type == "multipart/report"
            else _reports_in_words(address, headers, whole)
        ),
        enclosures=tuple(_enclosures(parts)),
        more={"loop": headers.get("x-loop", "")[:200]},
    )


def is_id(text: str) -> bool:
    """Whether a text is one Message-ID and nothing else."""
    return bool(_ID.fullmatch(text)) and text.isascii()


def _headers(mail: "Part[str, str]") -> Mapping[str, str]:
    """The first header of each name, decoded, on one line."""
    found: dict[str, str] = {}
    for name, value in mail.raw_items():
        found.setdefault(name.lower(), _decoded(str(value)))
    return found


def _decoded(value: str) -> str:
    with suppress(LookupError, ValueError, AssertionError):
        value = str(make_header(decode_header(value)))
    return " ".join(_SPACE.sub(" ", _unbared(value)).split())


def _unbared(value: str) -> str:
    """Bytes that came bare in a header stand as surrogates; they are UTF-8 more often than not."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _sender(mail: "Part[str, str]") -> tuple[str, str]:
    """The address is read before anything is decoded: encoded words hold no brackets of ours."""
    said = next((str(value) for name, value in mail.raw_items() if name.lower() == "from"), "")
    for name, address in getaddresses([" ".join(_unbared(said).split())]):
        local, at, domain = address.rpartition("@")
        if at and local and domain and address.isprintable() and len(address) <= _LONGEST:
            return _decoded(name)[:200], address.casefold()
    return "", ""


def _references(headers: Mapping[str, str]) -> Iterator[str]:
    """What it answers first, then what came before that, newest first."""
    yield from _ID.findall(headers.get("in-reply-to", ""))
    yield from reversed(_ID.findall(headers.get("references", ""))[-_MOST_IDS:])


def _places_of_marks(headers: Mapping[str, str]) -> Iterator[str]:
    for name in _ADDRESSED:
        # Only a plus address carries a mark: `care+118204.abcdefgh@`.
        for _name, address in getaddresses([headers.get(name, "")]):
            yield address.partition("@")[0].partition("+")[2]
    yield " ".join(part for part in _references(headers) if part.startswith("<i."))
    yield " ".join(re.findall(r"\[#([^\]\s]{3,60})\]", headers.get("subject", "")))


def _parts(mail: "Part[str, str]", depth: int = 0) -> Iterator["Part[str, str]"]:
    """The leaves; a mail within the mail is one leaf."""
    if depth > _DEEPEST:
        raise Unreadable("The mail is nested too deeply.")
    payload: Any = mail.get_payload()
    if mail.get_content_maintype() != "multipart" or not isinstance(payload, list):
        yield mail
        return
    for number, part in enumerate(payload):
        if number > _MOST_PARTS:
            raise Unreadable("The mail has too many parts.")
        yield from _parts(part, depth + 1)


def _text(parts: list["Part[str, str]"]) -> str:
    """The plain words, else those of the HTML."""
    said = [part for part in parts if not _is_file(part)]
    plain = [
        _flowed(part, _words(part))
        for part in said
        if part.get_content_type() == "text/plain" or _is_broken(part)
    ]
    if any(text.strip() for text in plain):
        return _clean("\n\n".join(text for text in plain if text.strip()))
    html = [_words(part) for part in said if part.get_content_type() == "text/html"]
    return _clean("\n\n".join(as_text(text) for text in html if text.strip()))


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _SPACE.sub("", "\n".join(line.rstrip() for line in lines)).strip()[:_MOST_TEXT]


def _words(part: "Part[str, str]") -> str:
    """The text of a part in the charset it names, else in the one it really has."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _is_broken(part: "Part[str, str]") -> bool:
    """Many parts it says, and none can be told apart: all of it is words."""
    return part.get_content_maintype() == "multipart"


def _flowed(part: "Part[str, str]", text: str) -> str:
    """Lines that were only folded on the way are one line again (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    joins_bare = str(part.get_param("delsp", "")).lower() == "yes"
    found: list[str] = []
    goes_on = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        if goes_on == ">" * depth + "+":
            found[-1] += said
        else:
            found.append(f"{'>' * depth} {said}" if depth else said)
        flows = said.endswith(" ") and said != "-- "
        if flows and joins_bare:
            found[-1] = found[-1][:-1]
        goes_on = ">" * depth + "+" if flows else ""
    return "\n".join(found)


def _is_file(part: "Part[str, str]") -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _enclosures(parts: list["Part[str, str]"]) -> Iterator[Enclosure]:
    for number, part in enumerate(parts):
        media_type = part.get_content_type()
        if media_type in {"text/plain", "text/html"} and not _is_file(part):
            continue
        if _is_broken(part):
            continue
        if media_type in {"message/delivery-status", "text/rfc822-headers"}:
            continue
        content = _bytes(part)
        if content:
            yield Enclosure(_name(part, number), media_type, content)


def _bytes(part: "Part[str, str]") -> bytes:
    if part.get_content_maintype() == "message":
        inner: Any = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name(part: "Part[str, str]", number: int) -> str:
    """The file's own name without any path; a made-up one where it has none."""
    said = _decoded(str(part.get_filename() or "")).replace("\\", "/").rpartition("/")[2]
    if said.strip(". "):
        return said[:200]
    ending = {"message": "eml"}.get(part.get_content_maintype(), part.get_content_subtype()[:20])
    return f"part-{number + 1}.{ending}"


def _reports(parts: list["Part[str, str]"]) -> Iterator[Report]:
    """A delivery status notification (RFC 3464): which mail of ours, and for good or for now."""
    ours = next(iter(_returned_ids(parts)), "")
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks: Any = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            action = str(block.get("Action", "")).strip().lower()
            status = str(block.get("Status", "")).strip()
            if action and ours:
                said = str(block.get("Diagnostic-Code", "")) or status
                yield Report(
                    wire_id=ours,
                    delivered=action in {"delivered", "relayed", "expanded"},
                    permanent=action == "failed" and not status.startswith("4"),
                    said=" ".join(f"{status} {said}".split())[:250],
                )


def _reports_in_words(sender: str, headers: Mapping[str, str], text: str) -> Iterator[Report]:
    """Servers that tell it in words alone, with our mail or its head below them."""
    daemon = sender.partition("@")[0] in _DAEMONS or "x-failed-recipients" in headers
    ours = _OURS.search(text) if daemon else None
    if ours is None:
        return
    told = text[: ours.start()]
    refused = _REFUSED.search(told)
    said = refused[0] if refused else told
    yield Report(
        wire_id=ours[0],
        delivered=False,
        permanent=refused is not None,
        said=" ".join(said.split())[:250],
    )


def _returned_ids(parts: list["Part[str, str]"]) -> Iterator[str]:
    """The Message-ID of the mail that came back, whole or by its headers only."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload()
            if isinstance(inner, list) and inner:
                yield from _ID.findall(str(inner[0].get("Message-ID", "")))
        elif part.get_content_type() == "text/rfc822-headers":
            text = _words(part)
            found = re.search(r"^message-id:\s*(<[^<>\s]{3,248}>)", text, re.I | re.M)
            if found:
                yield found[1]
