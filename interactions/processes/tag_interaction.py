"""Update Customer Interaction: words on a matter, from a list that somebody answers for."""

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from interactions.models import Interaction, Tag
from interactions.processes.track_interaction.timeline import append, work_on

ETOM = "1.3.5.2"

COIN: Final = "interactions.coin_tag"
AT_MOST: Final = 12


@transaction.atomic
def tag(*, interaction_id: int, name: str, actor: Actor) -> Tag:
    """Put a tag on a matter; on it already, nothing changes. A new word takes who may coin one.

    Also what has ended is tagged: what it was is often known only then.
    """
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    found = _known(name) or _coined(name, actor)
    _put_on(interaction, found, actor)
    return found


@transaction.atomic
def untag(*, interaction_id: int, name: str, actor: Actor) -> Tag | None:
    """Take a tag off, with those merged into it; not on it, nothing changes."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    found = Tag.objects.meant_by(name)
    if found is not None:
        _take_off(interaction, [found.pk, *found.merged_from.values_list("pk", flat=True)], actor)
    return found


@transaction.atomic
def retag(*, interaction_id: int, tags: Sequence[int], actor: Actor) -> Interaction:
    """Put a matter's tags back to these, for who takes a step back."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    _take_off(interaction, [pk for pk in interaction.tags if pk not in tags], actor)
    for missing in Tag.objects.filter(pk__in=set(tags) - set(interaction.tags)):
        _put_on(interaction, missing, actor)
    return interaction


def _known(name: str) -> Tag | None:
    found = Tag.objects.meant_by(name)
    if found is not None and found.retired_at is not None:
        raise _refused("tag-retired", _("“%(name)s” is no longer used.") % {"name": found.name})
    return found


def _coined(name: str, actor: Actor) -> Tag:
    words = " ".join(name.split())
    if not words or len(words) > Tag.NAME or "=" in words:
        raise _refused(
            "tag-unnamed", _("A tag has 1 to %(n)d letters, and no “=”.") % {"n": Tag.NAME}
        )
    if not actor.has_perm(COIN):
        raise _refused(
            "tag-unknown",
            _("There is no tag “%(name)s”. Choose one of the list, or ask a lead to add it.")
            % {"name": words},
        )
    try:
        with transaction.atomic():
            return Tag.objects.create(name=words, coined_by=actor.name)
    except IntegrityError:
        # Somebody coined the same a moment before.
        return Tag.objects.called(words).get()


def _put_on(interaction: Interaction, found: Tag, actor: Actor) -> None:
    if {found.pk, *found.merged_from.values_list("pk", flat=True)} & set(interaction.tags):
        return
    if len(interaction.tags) >= AT_MOST:
        raise _refused(
            "tags-enough", _("%(n)d tags are enough: take one off first.") % {"n": AT_MOST}
        )
    interaction.tags = [*interaction.tags, found.pk]
    _kept(interaction, actor)
    append(interaction, "tagged", actor=actor, tag=found.pk, name=found.name)


def _take_off(interaction: Interaction, tags: Sequence[int], actor: Actor) -> None:
    for taken in Tag.objects.filter(pk__in=set(tags) & set(interaction.tags)):
        interaction.tags = [pk for pk in interaction.tags if pk != taken.pk]
        _kept(interaction, actor)
        append(interaction, "untagged", actor=actor, tag=taken.pk, name=taken.name)


def _kept(interaction: Interaction, actor: Actor) -> None:
    interaction.save(update_fields=["tags"])
    publish(InteractionUpdated(interaction_id=interaction.pk, changed=["tags"]), actor=actor)


def _refused(code: str, sentence: str) -> RuleBroken:
    return RuleBroken(code, sentence, field="tag", kind="invalid")
