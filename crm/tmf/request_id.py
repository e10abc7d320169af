"""The id of a partner's request: the caller's own when it sends a sane one, else a new one."""

import re

import structlog

from crm.ids import new_id

HEADER = "X-Request-ID"
_SANE = re.compile(r"[\w.:\-]{1,64}", re.ASCII)


def begin(sent: str) -> str:
    """Bind the id to everything logged, recorded and queued during the request."""
    found = sent if _SANE.fullmatch(sent) else str(new_id())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=found)
    return found


def current() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
