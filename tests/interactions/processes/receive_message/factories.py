"""Mail and messages that arrive, filed as the worker would."""

from typing import Any

import orjson

from interactions.models import Inbound
from interactions.processes.receive_message import file_due, keep


def arrived(raw: bytes, *, channel: str = "email", source: str = "test", **about: Any) -> Inbound:
    """Kept and filed."""
    row, _new = keep(channel=channel, source=source, raw=raw, about=about)
    file_due(50)
    row.refresh_from_db()
    return row


def said(channel: str, **body: Any) -> Inbound:
    """A JSON body of a gateway, kept and filed; without an id it gets one of its own."""
    body = {"id": f"g-{Inbound.objects.count() + 1}", **body}
    return arrived(orjson.dumps(body), channel=channel, source=f"hook:{channel}")
