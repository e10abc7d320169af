"""Update Customer Interaction: what a macro does, all of it or nothing, and back again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.accounts.models import Team
from crm.errors import RuleBroken
from interactions.models import Interaction, InteractionEvent, Macro, MacroVersion
from interactions.processes.close_interaction import complete, reopen
from interactions.processes.manage_interaction import (
    plan_follow_up,
    settle_follow_up,
    snooze,
    wake,
)
from interactions.processes.tag_interaction import retag, tag, untag
from interactions.processes.track_interaction.timeline import append, caused_by, work_on
from interactions.processes.update_interaction import (
    ask_customer,
    assign,
    change_fields,
    go_on,
    take,
    transfer,
    wait_for,
    withdraw_question,
)

ETOM = "1.3.5.2"

Said = Mapping[str, Any]
# What undoes a step: a name of `_BACK`, and what it needs to know.
Back = tuple[str, dict[str, Any]]


@transaction.atomic
def version_of(*, macro_id: int, actor: Actor) -> MacroVersion:
    """The version in force; a macro that was changed since the last one gets the next."""
    macro = Macro.objects.select_for_update(of=("self",)).get(pk=macro_id)
    last = macro.versions.first()
    texts = {text.language: text.body for text in macro.texts.all()}
    if last and (last.title, last.effects, last.texts) == (macro.title, macro.effects, texts):
        return last
    return MacroVersion.objects.create(
        macro=macro,
        number=last.number + 1 if last else 1,
        title=macro.title,
        effects=macro.effects,
        texts=texts,
        made_by=actor.name,
    )


@transaction.atomic
def apply_macro(*, interaction_id: int, key: str, number: int, actor: Actor) -> InteractionEvent:
    """Do all that a version of a macro does; one refusal and nothing is done, with the reason."""
    require(actor, "interactions.update_interaction")
    macro = Macro.objects.filter(key=key, active=True).first()
    if macro is None:
        raise _refused("macro-unknown", _("There is no such macro in use."))
    version = version_of(macro_id=macro.pk, actor=actor)
    if version.number != number:
        raise _refused(
            "macro-changed", _("The macro was changed meanwhile. Look at what it does now.")
        )
    interaction = work_on(interaction_id, actor=actor)
    with caused_by(macro=key, macro_version=number):
        done = [_do(interaction.pk, each, actor) for each in version.effects]
        interaction.refresh_from_db()
        stood = _standing(interaction, done)
        return append(
            interaction, "macro_applied", actor=actor, name=version.title, done=done, stood=stood
        )


@transaction.atomic
def undo_macro(*, interaction_id: int, event_seq: int, actor: Actor) -> Interaction:
    """Take every step back, the last one first; taken back already, nothing changes.

    What somebody changed since is theirs: then nothing is taken back, and they are told so.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    event = interaction.events.get(seq=event_seq, type="macro_applied")
    if interaction.events.filter(type="macro_undone", data__of=event_seq).exists():
        return interaction
    if event.data.get("stood") != _standing(interaction, event.data["done"]):
        raise _refused(
            "macro-moved-on", _("It went on since then. Take back by hand what has to be.")
        )
    named = {name: event.data[name] for name in ("macro", "macro_version")}
    with caused_by(**named):
        for name, about in reversed(event.data["done"]):
            _BACK[name](interaction.pk, about, actor)
        interaction.refresh_from_db()
        append(interaction, "macro_undone", actor=actor, of=event_seq, name=event.data["name"])
    return interaction


def _do(pk: int, effect: Said, actor: Actor) -> Back:
    try:
        return _STEPS[effect["do"]](Interaction.objects.get(pk=pk), effect, actor)
    except RuleBroken as broken:
        why = broken.message
    except PermissionDenied:
        why = _("You may not do that.")
    except Interaction.DoesNotExist:
        # A step before gave it to people whose work this one does not see.
        why = _("It is out of your sight by then.")
    raise _refused(
        "macro-refused",
        _("“%(what)s” is not possible: %(why)s Nothing was done.")
        % {"what": effect["do"], "why": why},
        effect=effect["do"],
    )


def _tag(one: Interaction, said: Said, actor: Actor) -> Back:
    tag(interaction_id=one.pk, name=said["tag"], actor=actor)
    return "tags", {"tags": one.tags}


def _untag(one: Interaction, said: Said, actor: Actor) -> Back:
    untag(interaction_id=one.pk, name=said["tag"], actor=actor)
    return "tags", {"tags": one.tags}


def _take(one: Interaction, said: Said, actor: Actor) -> Back:
    take(interaction_id=one.pk, actor=actor)
    return "owner", {"team": one.team_id, "owner": one.owner_id}


def _transfer(one: Interaction, said: Said, actor: Actor) -> Back:
    team = Team.objects.filter(name__iexact=said["team"]).first()
    if team is None:
        raise _refused("unknown-team", _("There is no team “%(name)s”.") % {"name": said["team"]})
    transfer(interaction_id=one.pk, team_id=team.pk, actor=actor)
    return "owner", {"team": one.team_id, "owner": one.owner_id}


def _snooze(one: Interaction, said: Said, actor: Actor) -> Back:
    until = timezone.now() + timedelta(hours=said["hours"])
    snooze(interaction_id=one.pk, until=until, actor=actor)
    return "wake", {}


def _wait(one: Interaction, said: Said, actor: Actor) -> Back:
    if said["for"] not in {"internal", "partner"}:
        raise _refused("unknown-wait", _("Wait for “internal” or “partner”."))
    wait_for(interaction_id=one.pk, whom=said["for"], actor=actor)
    return "go_on", {}


def _ask(one: Interaction, said: Said, actor: Actor) -> Back:
    asked = ask_customer(
        interaction_id=one.pk,
        question=said["question"],
        due_at=timezone.now() + timedelta(days=said["days"]),
        on_silence=said["silence"],
        silence_note=said.get("note", ""),
        actor=actor,
    )
    return "withdraw", {"request": asked.pk}


def _follow_up(one: Interaction, said: Said, actor: Actor) -> Back:
    plan = plan_follow_up(
        interaction_id=one.pk,
        kind=said["kind"],
        note=said["note"],
        due_at=timezone.now() + timedelta(days=said["days"]),
        actor=actor,
    )
    return "drop", {"follow_up": plan.pk}


def _priority(one: Interaction, said: Said, actor: Actor) -> Back:
    changes = {"priority": said["priority"]}
    change_fields(interaction_id=one.pk, changes=changes, actor=actor)
    return "fields", {"priority": one.priority}


def _reason(one: Interaction, said: Said, actor: Actor) -> Back:
    change_fields(interaction_id=one.pk, changes={"reason": said["reason"]}, actor=actor)
    return "fields", {"reason": one.reason.key if one.reason else ""}


def _complete(one: Interaction, said: Said, actor: Actor) -> Back:
    complete(interaction_id=one.pk, outcome=said["outcome"], note=said.get("note", ""), actor=actor)
    return "reopen", {}


_STEPS: Final[Mapping[str, Callable[[Interaction, Said, Actor], Back]]] = {
    "tag": _tag,
    "untag": _untag,
    "take": _take,
    "transfer": _transfer,
    "snooze": _snooze,
    "wait": _wait,
    "ask": _ask,
    "follow_up": _follow_up,
    "priority": _priority,
    "reason": _reason,
    "complete": _complete,
}


def _owner_back(pk: int, about: Said, actor: Actor) -> object:
    if Interaction.objects.values_list("team", flat=True).get(pk=pk) != about["team"]:
        transfer(interaction_id=pk, team_id=about["team"], actor=actor)
    return assign(interaction_id=pk, owner_id=about["owner"], actor=actor)


_BACK: Final[Mapping[str, Callable[[int, Said, Actor], object]]] = {
    "tags": lambda pk, about, actor: retag(interaction_id=pk, tags=about["tags"], actor=actor),
    "owner": _owner_back,
    "wake": lambda pk, about, actor: wake(interaction_id=pk, actor=actor),
    "go_on": lambda pk, about, actor: go_on(interaction_id=pk, actor=actor),
    "withdraw": lambda pk, about, actor: withdraw_question(
        interaction_id=pk, request_id=about["request"], actor=actor
    ),
    "drop": lambda pk, about, actor: settle_follow_up(
        follow_up_id=about["follow_up"], state="dropped", actor=actor
    ),
    "fields": lambda pk, about, actor: change_fields(interaction_id=pk, changes=about, actor=actor),
    "reopen": lambda pk, about, actor: reopen(
        interaction_id=pk, reason=_("completed by mistake"), undone=True, actor=actor
    ),
}


# How a matter stands in what a step back would overwrite.
_STANDS: Final[Mapping[str, Callable[[Interaction], Any]]] = {
    "tags": lambda one: one.tags,
    "owner": lambda one: [one.team_id, one.owner_id],
    "fields": lambda one: [one.priority, one.reason_id],
    "go_on": lambda one: one.status,
    "reopen": lambda one: one.status,
}


def _standing(one: Interaction, done: Iterable[Sequence[Any]]) -> dict[str, Any]:
    return {name: _STANDS[name](one) for name, _about in done if name in _STANDS}


def _refused(code: str, sentence: str, **details: Any) -> RuleBroken:
    return RuleBroken(code, sentence, field="macro", details=details)
