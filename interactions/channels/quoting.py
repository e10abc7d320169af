"""What somebody wrote themselves, apart from what their mail program quoted and appended.

Line by line and in linear time: a mail is written by whoever likes to, so no pattern here may
look back. Where it is not clear that the rest is only quoted, everything is kept.
"""

import re
from typing import Final

_ATTRIBUTION: Final = re.compile(
    r"^(on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb\b.{0,120}|le\b.{4,200}\ba écrit|"
    r"el\b.{4,200}\bescribió|il\b.{4,200}\bha scritto|op\b.{4,200}\bschreef\b.{0,120}|"
    r"w dniu\b.{4,200}\bnapisał.{0,10}|den\b.{4,200}\bskrev\b.{0,120}) ?:$",
    re.IGNORECASE,
)
_BEGINS: Final = ("on ", "am ", "le ", "el ", "il ", "op ", "w dniu ", "den ")
_ORIGINAL: Final = re.compile(
    r"^[-_ ]{2,20}(original message|ursprüngliche nachricht|message d['’]origine|mensaje original|"
    r"messaggio originale|oorspronkelijk bericht)[-_ ]{2,20}$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^[*_ ]{0,3}(from|von|de|da|van|od|från|fra)[*_ ]{0,3}:", re.IGNORECASE)
_HEADER: Final = re.compile(
    r"^[*_ ]{0,3}(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|"
    r"asunto|inviato|oggetto|verzonden|aan|onderwerp|wysłano|do|temat)[*_ ]{0,3}:",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"^(sent from my .{1,60}|von meinem .{1,40} gesendet|gesendet von .{1,60}|envoyé de(puis)? mon "
    r".{1,60}|enviado desde mi .{1,60}|inviato da .{1,40}|get outlook for .{1,60})$",
    re.IGNORECASE,
)
_WRAPPED: Final = 3
_LONGEST: Final = 500
_LAST_LINES: Final = 3


def own_words(text: str) -> str:
    """The reply without quotation and signature; all of it when nothing else would be left."""
    lines = text.splitlines()
    kept = _without_signature(_without_quotation(lines))
    return "\n".join(kept).strip() or text.strip()


def _without_quotation(lines: list[str]) -> list[str]:
    for at in range(len(lines)):
        length = _quotation_begins(lines, at)
        if length:
            return _around(lines, at, at + length)
    return _without_trailing_quote(lines)


def _quotation_begins(lines: list[str], at: int) -> int:
    """How many lines announce a quotation here; none mostly."""
    line = lines[at].strip()
    if not line or len(line) > _LONGEST:
        return 0
    if _ORIGINAL.match(line):
        return 1
    if line.lower().startswith(_BEGINS):
        for count in range(1, _WRAPPED + 1):
            joined = " ".join(part.strip() for part in lines[at : at + count])
            if len(joined) <= _LONGEST and _ATTRIBUTION.match(joined):
                return count
    follows = [part.strip() for part in lines[at + 1 : at + 5]]
    if _FROM.match(line) and sum(bool(_HEADER.match(part)) for part in follows) > 1:
        return 1
    return 0


def _around(lines: list[str], begin: int, end: int) -> list[str]:
    """Before the quotation, unless the answer stands below it or within it."""
    before, after = lines[:begin], lines[end:]
    quoted = [line.lstrip().startswith(">") for line in after]
    if not any(quoted):
        # Programs that don't mark what they quote put all of it below; a mail that is nothing
        # but quoted was forwarded, and is kept.
        return before if any(line.strip() for line in before) else lines
    last = len(quoted) - 1 - quoted[::-1].index(True)
    answer_below = _without_signature(after[last + 1 :])
    if not any(line.strip() for line in answer_below):
        inside = after[quoted.index(True) : last + 1]
        if all(not line.strip() or line.lstrip().startswith(">") for line in inside):
            return before
        return lines
    one_run = all(not line.strip() or line.lstrip().startswith(">") for line in after[: last + 1])
    if one_run and not any(line.strip() for line in before):
        return answer_below
    return lines


def _without_trailing_quote(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    return lines[:end] if end else lines


def _without_signature(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if line.rstrip() in {"--", "—"} and any(before.strip() for before in lines[:at]):
            return lines[:at]
    last = [at for at, line in enumerate(lines) if line.strip()][-_LAST_LINES:]
    for at in last:
        if _DEVICE.match(lines[at].strip()):
            return lines[:at]
    return lines
