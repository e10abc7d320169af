"""Files that were held back: why, and what somebody who may decides about them, with a reason."""

from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from interactions.channels.scanning import is_scanned
from interactions.models import Attachment, Interaction
from interactions.processes.receive_message.enclosing import look_anew
from interactions.processes.track_interaction.timeline import append, work_on

PERMISSION: Final = "interactions.release_attachment"
_State, _Finding = Attachment.State, Attachment.Finding
RELEASABLE: Final = frozenset([_Finding.TYPE, _Finding.PACKED, _Finding.UNSCANNED])


@transaction.atomic
def release_file(*, attachment_id: int, reason: str, actor: Actor) -> Attachment:
    """Let it be opened after all. What a scanner calls malware, only a scanner clears."""
    matter, file = _held_back(attachment_id, actor)
    said = _said(reason)
    if file.finding == _Finding.MALWARE:
        raise RuleBroken(
            "malware-stays",
            _("Malware was found in it: no person releases it. Have it looked at again."),
        )
    if not _is_kept(file):
        raise RuleBroken("nothing-kept", _("It was too large: nothing of it was kept."))
    if file.finding not in RELEASABLE:
        raise RuleBroken(
            "not-looked-at", _("Nobody knows what was found in it. Have it looked at again.")
        )
    _decide(matter, file, _State.CLEAR, said, actor)
    return file


@transaction.atomic
def delete_file(*, attachment_id: int, reason: str, actor: Actor) -> Attachment:
    """Empty it for good; that it came, why it was held back and who decided stays."""
    matter, file = _held_back(attachment_id, actor)
    said = _said(reason)
    file.content = b""
    file.save(update_fields=["content"])
    _decide(matter, file, _State.DELETED, said, actor)
    return file


@transaction.atomic
def check_file_again(*, attachment_id: int, actor: Actor) -> Attachment:
    """Have it looked at once more: by the scanner, where there is one, and by today's rules."""
    matter, file = _held_back(attachment_id, actor)
    if not _is_kept(file):
        raise RuleBroken("nothing-kept", _("It was too large: nothing of it was kept."))
    if file.finding == _Finding.MALWARE and not is_scanned():
        raise RuleBroken(
            "malware-stays",
            _("Malware was found in it, and no scanner is set up that could look again."),
        )
    append(matter, "file_checked_again", actor=actor, file=str(file.public_id))
    if is_scanned():
        # Once malware, it stays that until a scanner has looked and found none.
        kept = _Finding.MALWARE if file.finding == _Finding.MALWARE else ""
        file.state, file.finding, file.because = _State.WAITING, kept, ""
    else:
        file.state, file.finding, file.because = look_anew(file)
    file.save(update_fields=["state", "finding", "because"])
    return file


def _held_back(attachment_id: int, actor: Actor) -> tuple[Interaction, Attachment]:
    """The matter under its lock, and the file, if it waits for a decision."""
    require(actor, PERMISSION)
    seen = Attachment.objects.filter(interaction__in=Interaction.objects.visible_to(actor))
    known = seen.only("interaction_id").get(pk=attachment_id)
    matter = work_on(known.interaction_id, actor=actor)
    file = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment_id)
    if file.state != _State.HELD:
        raise RuleBroken(
            "not-held",
            _("“%(name)s” is not held back: %(state)s.")
            % {"name": file.name, "state": file.get_state_display()},
        )
    return matter, file


def _is_kept(file: Attachment) -> bool:
    return file.size == len(file.content)


def _said(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken(
            "reason-missing", _("Say why, for who asks later."), field="reason", kind="invalid"
        )
    return reason.strip()[:200]


def _decide(matter: Interaction, file: Attachment, state: str, reason: str, actor: Actor) -> None:
    file.state, file.reason = state, reason
    file.decided_at, file.decided_by = timezone.now(), actor.name
    file.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    append(
        matter,
        "file_released" if state == _State.CLEAR else "file_deleted",
        actor=actor,
        file=str(file.public_id),
        because=file.because,
        reason=reason,
    )
    publish(InteractionUpdated(interaction_id=matter.pk, changed=["files"]), actor=actor)
