"""Assist the Agent: a summary or a draft by a machine, asked for, labelled, and never sent by it.

It writes no event and no message, so that no clock starts or stops; an agent who sends what it
drafted has written it.
"""

from datetime import timedelta
from string import Template
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.record import record_access
from crm.errors import RuleBroken
from crm.live.calling import call
from crm.web.words import language as language_name
from customers import masking
from interactions import assist
from interactions.governed import ASSIST
from interactions.models import AssistRequest, Interaction, Message
from readiness.registry.resolve import CapabilityOff, Resolved, configuration, resolve, unit_of

ETOM = "1.3.5.2"

State = AssistRequest.State
_LEASE: Final = timedelta(seconds=90)
# Whoever asked does not look at it any more.
_TOO_LATE: Final = timedelta(minutes=10)


def offered(kind: str, actor: Actor) -> bool:
    """Whether this agent may ask for it now: in use for them, and somebody there to ask."""
    return _serving(kind, actor) is not None and actor.has_perm("interactions.update_interaction")


@transaction.atomic
def ask_assistant(*, interaction_id: int, kind: str, language: str, actor: Actor) -> AssistRequest:
    """Note what is asked; a worker asks. The same question still open is the same request."""
    require(actor, "interactions.update_interaction")
    require(actor, masking.PERMISSION)
    interaction = Interaction.objects.visible_to(actor).get(pk=interaction_id)
    serving = _serving(kind, actor)
    if serving is None:
        raise RuleBroken("assistant-off", _("The assistant is not in use here."))
    known = AssistRequest.objects.filter(
        interaction=interaction, kind=kind, asked_by=actor.pk, state=State.ASKED
    ).first()
    if known:
        return known
    newest = interaction.messages.order_by("-pk").values_list("pk", flat=True).first()
    record_access(
        actor=actor,
        action="export",
        subject="interaction",
        ids=[interaction.pk],
        purpose="service",
        detail=f"assistant: {kind}",
    )
    return AssistRequest.objects.create(
        interaction=interaction,
        kind=kind,
        language=language,
        seen_message=newest or 0,
        capability_version_id=serving.version_id,
        asked_by_id=actor.pk,
    )


def answer_asked(request_id: int | None = None) -> bool:
    """Ask the service about one open request and keep the answer; False when none waits.

    Claimed in one transaction, asked outside any, settled in another: a worker that dies leaves
    a lease that runs out.
    """
    request = _claim(request_id)
    if request is None:
        return False
    config = configuration(request.capability_version_id).config
    if request.asked_at < timezone.now() - _TOO_LATE:
        answer = assist.Answer(problem="Nobody waited for it any more.")
    else:
        words = Template(config["instructions"]).safe_substitute(
            language=language_name(request.language)
        )
        material = material_of(request.interaction, int(config["most_messages"]))
        answer = assist.ask(config, instructions=words, material=material)
    _settle(request.pk, answer)
    return True


def material_of(interaction: Interaction, most: int) -> str:
    """What leaves the house: subject and messages without persons; no notes, no files, no ids."""
    names = _names(interaction)
    newest = list(
        interaction.messages.filter(kind__in=[Message.Kind.PUBLIC, Message.Kind.NOTICE])
        .order_by("-created_at", "-pk")
        .values_list("direction", "author_name", "body")[:most]
    )
    names += [author for _direction, author, _body in newest]
    lines = [f"Subject: {assist.without_persons(interaction.subject, names)}"]
    if interaction.description:
        lines.append(f"Customer: {assist.without_persons(interaction.description, names)}")
    for direction, _author, body in reversed(newest):
        who = "Customer" if direction == Interaction.Direction.INBOUND else "We"
        lines.append(f"{who}: {assist.without_persons(body, names)}")
    if interaction.due_next_at:
        lines.append(f"Promised by: {timezone.localtime(interaction.due_next_at):%A %d %B %H:%M}")
    return "\n\n".join(lines)


def _names(interaction: Interaction) -> list[str]:
    customer = interaction.customer
    names = [interaction.owner.get_full_name()] if interaction.owner else []
    # Also who took part once: what was written of them still stands in the messages.
    parts = interaction.participants.values_list("name", "party__name")
    names += [name for part in parts for name in part if name]
    return [str(customer), *names] if customer else names


def _serving(kind: str, actor: Actor) -> Resolved | None:
    if kind not in ASSIST or assist.why_not():
        return None
    try:
        serving = resolve(ASSIST[kind].key, unit=unit_of("agent", actor.pk))
    except CapabilityOff:
        return None
    return serving if serving.config["on"] else None


@transaction.atomic
def _claim(request_id: int | None) -> AssistRequest | None:
    now = timezone.now()
    open_ones = AssistRequest.objects.filter(state=State.ASKED).exclude(lease_until__gt=now)
    if request_id is not None:
        open_ones = open_ones.filter(pk=request_id)
    locked = open_ones.select_for_update(skip_locked=True, of=("self",))
    request = locked.select_related("interaction__customer__party", "interaction__owner")
    found = request.order_by("asked_at").first()
    if found is not None:
        found.lease_until = now + _LEASE
        found.save(update_fields=["lease_until"])
    return found


@transaction.atomic
def _settle(pk: int, answer: assist.Answer) -> None:
    request = AssistRequest.objects.select_for_update().get(pk=pk)
    if request.state != State.ASKED:
        return
    request.state = State.DONE if answer.text else State.FAILED
    request.text, request.problem, request.model = answer.text, answer.problem, answer.model
    request.done_at = timezone.now()
    request.save(update_fields=["state", "text", "problem", "model", "done_at"])
    call({f"assist:{request.interaction_id}"})
