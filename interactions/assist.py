"""The assistant's two edges: what leaves the house about a matter, and how the service is asked.

Any service that speaks the chat-completions form fits. Its address and key are the environment's,
so that no version of a capability carries them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
import requests
from django.conf import settings
from requests_hardened import Config, Manager

from crm.tmf.callbacks import check_callback
from crm.tmf.errors import Refused

_CONNECT: Final = 3.05
_MOST_BYTES: Final = 256 * 1024
_MOST_CHARACTERS: Final = 1500
_MOST_TOKENS: Final = 700
_OK: Final = 200
_PATTERNS: Final = (
    ("[e-mail]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[link]", re.compile(r"https?://\S+")),
    ("[IBAN]", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")),
    ("[number]", re.compile(r"\+?\d(?:[ ()/.-]?\d){5,}")),
    ("[postcode]", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said, or why it did not."""

    text: str = ""
    problem: str = ""
    model: str = ""


def without_persons(text: str, names: Iterable[str]) -> str:
    """The text without what names or reaches somebody; marks stand in its place."""
    for mark, pattern in _PATTERNS:
        text = pattern.sub(mark, text)
    parts = {part for name in names for part in re.split(r"[\s,]+", name) if len(part) > 1}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    text = re.sub(r"\[name\](?:[ -]\[name\])+", "[name]", text)
    return text[:_MOST_CHARACTERS]


def why_not() -> str:
    """Why nothing can be asked here; empty when it can."""
    return "" if settings.CRM_ASSIST_URL else "CRM_ASSIST_URL is not set."


def ask(config: Mapping[str, Any], *, instructions: str, material: str) -> Answer:
    """Ask the service once; whatever goes wrong is told, not raised. Never in a transaction."""
    if missing := why_not():
        return Answer(problem=missing)
    url = f"{settings.CRM_ASSIST_URL.rstrip('/')}/chat/completions"
    body = {
        "model": config["model"],
        "messages": [
            {"role": "system", "content": instructions},
            {"role": "user", "content": material},
        ],
        "temperature": 0.2,
        "max_tokens": _MOST_TOKENS,
    }
    try:
        check_callback(url)
        return _post(url, body, float(config["timeout_seconds"]))
    except Refused as refused:
        return Answer(problem=refused.told.message)
    except (requests.RequestException, OSError, ValueError) as problem:
        return Answer(problem=f"{type(problem).__name__}: {problem}"[:300])


def _post(url: str, body: Mapping[str, Any], patience: float) -> Answer:
    headers = {"Content-Type": "application/json"}
    if settings.CRM_ASSIST_KEY:
        headers["Authorization"] = f"Bearer {settings.CRM_ASSIST_KEY}"
    manager = Manager(
        Config(
            default_timeout=(_CONNECT, patience),
            never_redirect=True,
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=bool(settings.CRM_HUB_ALLOW_PRIVATE),
            user_agent_override="crm-back-office/assist",
        )
    )
    with manager.get_session() as session:
        # Credentials from the environment (.netrc, proxies) are not for this service.
        session.trust_env = False
        with session.post(url, data=orjson.dumps(body), headers=headers, stream=True) as answer:
            said = answer.raw.read(_MOST_BYTES, decode_content=True)
            if answer.status_code != _OK:
                return Answer(problem=f"The service answered {answer.status_code}.")
    return _read(said)


def _read(said: bytes) -> Answer:
    try:
        found = orjson.loads(said)
        text = found["choices"][0]["message"]["content"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return Answer(problem="The service answered in a form nobody can read.")
    if not isinstance(text, str) or not text.strip():
        return Answer(problem="The service answered nothing.")
    return Answer(text=text.strip()[:8000], model=str(found.get("model", ""))[:80])
