"""Done at once, undone by a key: the toast that follows a reversible change."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_PREFIX = "undo:"


def say(request: HttpRequest, text: str, *, tone: str = "success") -> None:
    """Show a toast on the next page or fragment; tone is success, info, warning or error."""
    messages.add_message(request, getattr(messages, tone.upper()), text)


def say_with_undo(request: HttpRequest, text: str, *, undo_url: str) -> None:
    """Show a toast whose button posts to `undo_url`; what was done is done already."""
    if not undo_url.startswith("/") or undo_url.startswith("//"):
        raise ValueError(f"{undo_url!r} is not a path on this site")
    messages.success(request, text, extra_tags=_PREFIX + undo_url)


def undo_url_of(message: Message) -> str:
    """The undo address a message carries, or nothing."""
    tags = message.extra_tags or ""
    return tags.removeprefix(_PREFIX) if tags.startswith(_PREFIX) else ""
