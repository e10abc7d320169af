"""Signs that no person wrote a mail: it may be filed, and nothing is ever answered to it."""

from collections.abc import Mapping
from typing import Final

_YES: Final = frozenset(["bulk", "auto_reply", "auto-reply", "junk", "list"])
_PRESENT: Final = (
    "x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-autoresponder",
    "x-auto-reply-from", "list-id", "list-unsubscribe", "list-post", "list-help", "feedback-id",
)  # fmt: skip


def sign_of_a_machine(headers: Mapping[str, str], content_type: str) -> str:
    """The header by which a machine shows itself, or ""; names are given in lower case."""
    submitted = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    if submitted != "no":
        return f"Auto-Submitted: {submitted}"[:80]
    if headers.get("precedence", "").strip().lower() in _YES:
        return f"Precedence: {headers['precedence'].strip().lower()}"
    if headers.get("return-path", "").strip() == "<>":
        return "Return-Path: <>"
    if content_type == "multipart/report":
        return content_type
    return next((name for name in _PRESENT if headers.get(name)), "")
