"""The hook of every channel: what providers push, signed, kept first and answered quickly.

`POST /hooks/<channel>` with the three headers of Standard Webhooks, signed with the secret
`CRM_CHANNEL_<CHANNEL>_HOOK_SECRET`. A signature older than five minutes is refused, and the same
body within them is the same arrival: a replay changes nothing. 202 means kept; with 503 the
channel is off now, and the provider tries again.
"""

import binascii
from base64 import b64decode

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from crm.errors import RuleBroken
from interactions.processes.receive_message import file_now, keep

# A mail of 25 MB in base64, and what stands around it.
_MOST_BYTES = 36 * 1024 * 1024
_MOST_TEXT = 8 * 1024 * 1024
_RETRY_SECONDS = "60"
# Somebody waits at the other end: filed at once, and by the worker only if that fails.
_AT_ONCE = frozenset(["phone", "chat"])


@csrf_exempt
@require_POST
def take(request: HttpRequest, channel: str) -> HttpResponse:
    """Keep one arrival; whoever can't sign learns nothing of which channels there are."""
    if not _may_be_signed(request, channel):
        return _refused(401, "not-signed", "The signature is missing, wrong or too old.")
    body = _body(request, _MOST_BYTES if channel == "email" else _MOST_TEXT)
    if body is None:
        return _refused(413, "too-large", "The body is larger than this hook takes.")
    if not _is_signed(request, channel, body):
        return _refused(401, "not-signed", "The signature is missing, wrong or too old.")
    raw = _mail_in(body) if channel == "email" else body
    if raw is None:
        return _refused(422, "no-mail", "“raw” holds the mail in base64.")
    try:
        row, new = keep(channel=channel, source=f"hook:{channel}", raw=raw)
    except RuleBroken as broken:
        answer = _refused(503, broken.code, broken.message)
        answer.headers["Retry-After"] = _RETRY_SECONDS
        return answer
    if new and channel in _AT_ONCE:
        file_now(row.pk)
    return JsonResponse({"id": str(row.public_id), "new": new}, status=202)


def _body(request: HttpRequest, most: int) -> bytes | None:
    """The body, read by ourselves: the limit for forms is far below that of a mail."""
    try:
        if int(request.headers.get("Content-Length") or 0) > most:
            return None
        body = request.read(most + 1)
    except (RawPostDataException, UnreadablePostError, ValueError):
        return b""
    return body if len(body) <= most else None


def _secret(channel: str) -> str:
    name = f"CRM_CHANNEL_{channel.upper().replace('-', '_')}_HOOK_SECRET"
    return str(settings.CRM_CHANNEL_SECRETS.get(name, ""))


def _may_be_signed(request: HttpRequest, channel: str) -> bool:
    """Whether it is worth reading: strangers must not fill our memory with what we refuse."""
    signs = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return bool(_secret(channel)) and all(request.headers.get(name) for name in signs)


def _is_signed(request: HttpRequest, channel: str, body: bytes) -> bool:
    try:
        Webhook(_secret(channel)).verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _mail_in(body: bytes) -> bytes | None:
    try:
        given = orjson.loads(body)
        return b64decode(given["raw"], validate=True) or None
    except (orjson.JSONDecodeError, binascii.Error, KeyError, TypeError, ValueError):
        return None


def _refused(status: int, code: str, said: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": said}, status=status)
