"""Files of a matter: for who may see it, never opened by the browser, each time on record."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.access import signed_in
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.web import download_host
from customers import masking
from interactions.channels.contract import Enclosure
from interactions.governed.channels import TAKES_FILES
from interactions.models import Attachment, Message
from interactions.processes.receive_message.enclosing import enclose
from interactions.web import wording
from interactions.web.page import in_sight

_TICKET = "interactions.attachment"
_TICKET_SECONDS = 60
MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024


@login_required
@require_GET
def download(request: HttpRequest, public_id: UUID, attachment_id: UUID) -> HttpResponse:
    """One file, as a download; what is being checked or held back is refused in words."""
    actor = signed_in(request)
    one = in_sight(public_id, actor)
    if not masking.sees_people(actor):
        raise Attachment.DoesNotExist
    found = Attachment.objects.get(interaction=one, public_id=attachment_id)
    if found.state != Attachment.State.CLEAR:
        raise RuleBroken(
            "not-to-be-opened",
            _("“%(name)s” can't be opened: %(because)s")
            % {"name": found.name, "because": found.because or found.get_state_display()},
        )
    record_access(
        actor=actor,
        action="export",
        subject="interaction",
        ids=[one.pk],
        purpose="service",
        detail=f"attachment {found.public_id}",
    )
    if settings.CRM_DOWNLOAD_URL:
        ticket = signing.dumps(str(found.public_id), salt=_TICKET)
        return redirect(f"{settings.CRM_DOWNLOAD_URL}{download_host.PLACE}{ticket}")
    return _as_file(found)


@require_GET
def from_elsewhere(request: HttpRequest, ticket: str) -> HttpResponse:
    """The same file on the host for files: by a ticket of a minute, nobody is known there."""
    if not download_host.is_asked(request):
        return download_host.nothing_here()
    try:
        public_id = signing.loads(ticket, salt=_TICKET, max_age=_TICKET_SECONDS)
    except signing.BadSignature:
        return download_host.nothing_here()
    found = Attachment.objects.filter(public_id=public_id, state=Attachment.State.CLEAR).first()
    return _as_file(found) if found else download_host.nothing_here()


def _as_file(found: Attachment) -> HttpResponse:
    """To be kept, never shown: whatever it is, it runs nowhere of ours."""
    answer = HttpResponse(bytes(found.content), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


def attach(message: Message, files: list[Any]) -> int:
    """Keep the files that were sent along; what is not fit to go is refused before."""
    kept = enclose(
        message,
        [
            Enclosure(str(one.name), one.content_type or "", one.read())
            for one in within_limits(files)
        ],
    )
    if message.state == Message.State.QUEUED:
        _all_may_leave(message)
    return kept


def within_limits(files: list[Any]) -> list[Any]:
    """The files somebody chose; too many or too large ones are refused before they are read."""
    if len(files) > MOST_FILES:
        raise RuleBroken(
            "too-many-files",
            _("At most %(n)d files at once. Nothing was sent.") % {"n": MOST_FILES},
            field="files",
            kind="invalid",
        )
    large = [one.name for one in files if (one.size or 0) > MOST_BYTES]
    if large:
        raise RuleBroken(
            "file-too-large",
            _("%(names)s: larger than %(n)d MB. Nothing was sent.")
            % {"names": ", ".join(map(str, large)), "n": MOST_BYTES // 1024**2},
            field="files",
            kind="invalid",
        )
    return files


def _all_may_leave(message: Message) -> None:
    """What we would hold back for ourselves is not sent to others, nor left out unsaid."""
    if message.channel not in TAKES_FILES and message.attachments.exists():
        raise RuleBroken(
            "no-room-for-files",
            _("%(channel)s takes no files along. Choose another channel. Nothing was sent.")
            % {"channel": wording.channel(message.channel)},
            field="files",
            kind="invalid",
        )
    held = message.attachments.filter(state=Attachment.State.HELD)
    if first := held.values("name", "because").first():
        raise RuleBroken(
            "file-held-back",
            _("“%(name)s” is not sent: %(because)s") % first,
            field="files",
            kind="invalid",
        )
