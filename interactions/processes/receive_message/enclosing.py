"""Files that came along: kept with what they really are, opened by nobody before they are clear."""

import hashlib
from collections.abc import Iterable
from typing import Final

import puremagic
import structlog
from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from interactions.channels import packed
from interactions.channels.contract import Enclosure
from interactions.channels.scanning import NotScannable, found_in, is_scanned
from interactions.models import Attachment, Message

_log = structlog.get_logger(__name__)
_State, _Finding = Attachment.State, Attachment.Finding
# The state, what was found, and the sentence that says so.
Verdict = tuple[str, str, str]
MOST_FILES: Final = 20
_MOST_BYTES: Final = 15 * 1024 * 1024
# What a browser or an office program would run; told by the bytes or by the name.
_RUNS: Final = frozenset(
    ["exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "hta",
     "jar", "apk", "lnk", "iso", "img", "html", "htm", "xhtml", "svg", "shtml", "mht", "docm",
     "xlsm", "pptm", "sh", "py", "chm", "reg"]
)  # fmt: skip
# The test file every scanner knows; where there is none it shows that files are held back at all.
_TEST_FILE: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def enclose(message: Message, enclosures: Iterable[Enclosure]) -> int:
    """Keep the files of a message; the same file twice is one."""
    rows = [_row(message.interaction_id, message, one) for one in list(enclosures)[:MOST_FILES]]
    Attachment.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def lay_by(interaction_id: int, enclosures: Iterable[Enclosure]) -> list[Attachment]:
    """Keep files of a message that is still to be planned, so that they are looked at meanwhile.

    What we would hold back for ourselves is refused: it is sent to nobody.
    """
    rows = [_row(interaction_id, None, one) for one in enclosures]
    if len(rows) > MOST_FILES:
        raise RuleBroken(
            "too-many-files",
            _("At most %(n)d files at once. Nothing was sent.") % {"n": MOST_FILES},
            field="attachment",
            kind="invalid",
        )
    if held := [one for one in rows if one.state == Attachment.State.HELD]:
        raise RuleBroken(
            "file-held-back",
            _("“%(name)s” is not sent: %(because)s")
            % {"name": held[0].name, "because": held[0].because},
            field="attachment",
            kind="invalid",
        )
    return Attachment.objects.bulk_create(rows)


def check_attachments(limit: int) -> int:
    """Ask the scanner about files that wait; says how many were judged.

    While no scanner answers they go on waiting: nobody opens what nobody looked at.
    """
    waiting = Attachment.objects.filter(state=Attachment.State.WAITING).order_by("created_at")
    judged = 0
    for one in waiting[:limit] if is_scanned() else ():
        try:
            state, finding, because = _judged(one)
        except (OSError, ValueError) as problem:
            _log.warning("attachment.not_scanned", problem=repr(problem))
            break
        judged += Attachment.objects.filter(pk=one.pk, state=Attachment.State.WAITING).update(
            state=state, finding=finding, because=because[:200]
        )
    return judged


def look_anew(one: Attachment) -> Verdict:
    """What is found now without a scanner: rules of types may have changed since it was kept."""
    content = bytes(one.content)
    if one.size > len(content):
        return _held(_Finding.SIZE, _("Too large to keep."))
    return _by_itself(one.name, content, one.found_type)


def _judged(one: Attachment) -> Verdict:
    """What the scanner says; what it lets pass is held back all the same if its type does harm."""
    content = bytes(one.content)
    try:
        found = found_in(content)
    except NotScannable as refused:
        # One file that can't be looked at must not keep all others waiting.
        said = _("The scanner could not look at it: %(why)s") % {"why": refused}
        known = one.finding == _Finding.MALWARE
        return _held(_Finding.MALWARE if known else _Finding.UNSCANNED, said)
    if found:
        return _held(_Finding.MALWARE, _("The scanner found %(name)s.") % {"name": found})
    itself = look_anew(one)
    if itself[1] and itself[1] != _Finding.MALWARE:
        return itself
    return _State.CLEAR, "", _("Scanned.")


def _held(finding: str, because: str) -> Verdict:
    return _State.HELD, finding, because


def _row(interaction_id: int, message: Message | None, one: Enclosure) -> Attachment:
    found = _found_type(one.content)
    state, finding, because = _first_look(one, found)
    return Attachment(
        interaction_id=interaction_id,
        message=message,
        name=one.name[:200],
        media_type=one.media_type[:100],
        found_type=found[:100],
        size=len(one.content),
        digest=hashlib.sha256(one.content).hexdigest(),
        content=one.content if len(one.content) <= _MOST_BYTES else b"",
        state=state,
        finding=finding,
        because=because,
    )


def _first_look(one: Enclosure, found: str) -> Verdict:
    if len(one.content) > _MOST_BYTES:
        return _held(_Finding.SIZE, _("Too large to keep."))
    itself = _by_itself(one.name, one.content, found)
    # The test file is for the scanner to find, where there is one.
    if is_scanned() and itself[1] in {"", _Finding.MALWARE}:
        return _State.WAITING, "", ""
    return itself


def _by_itself(name: str, content: bytes, found: str) -> Verdict:
    """What its name and its bytes say, without a scanner."""
    if _runs(name) or "executable" in found or found in {"text/html", "image/svg+xml"}:
        return _held(_Finding.TYPE, _("A file of this type could do harm."))
    if because := _look_in(content):
        return _held(_Finding.PACKED, because)
    if _TEST_FILE in content:
        return _held(_Finding.MALWARE, _("It holds the test file of virus scanners."))
    return _State.CLEAR, "", _("Type checked; no scanner is set up.")


def _runs(name: str) -> bool:
    return not _RUNS.isdisjoint(name.lower().split(".")[1:])


def _look_in(content: bytes) -> str:
    """Why a packed file is held back, by its table of contents; "" when nothing is wrong."""
    inside = packed.contents_of(content)
    if inside is None:
        return ""
    if inside.too_many or inside.size > packed.MOST_BYTES:
        return _("Unpacked it would be far too large.")
    if inside.has_macros or any(_runs(name) for name in inside.names):
        return _("It holds a file of a type that could do harm.")
    if inside.locked:
        return _("It is locked with a password, so nobody can look inside.")
    if inside.nested:
        return _("It holds packed files that nobody can look inside.")
    return _("It is damaged, so nobody can look inside.") if inside.broken else ""


def _found_type(content: bytes) -> str:
    """What the bytes are; the name says nothing about that."""
    head = content.lstrip()[:300].lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if content.startswith((b"MZ", b"\x7fELF", b"#!")):
        return "application/x-executable"
    try:
        return str(puremagic.from_string(content[:65536], mime=True))
    except (puremagic.PureError, ValueError):
        return ""
