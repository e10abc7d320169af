"""Update Customer Interaction: the fields an installation added, typed, replayed and asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.errors import RuleBroken
from crm.events.catalogue import InteractionUpdated
from crm.events.publish import publish
from customers import attributes
from interactions.models import Interaction, OwnField
from interactions.processes.track_interaction.timeline import append, work_on

ETOM = "1.3.5.2"


@transaction.atomic
def fill_in(*, interaction_id: int, values: Mapping[str, Any], actor: Actor) -> Interaction:
    """Set these fields, each by its key; an empty value takes one away. The others stay."""
    require(actor, "interactions.update_interaction")
    interaction = work_on(interaction_id, actor=actor)
    standing = interaction.characteristics
    known = set(OwnField.objects.for_matter(interaction).values_list("key", flat=True))
    if strange := sorted(set(values) - known):
        raise RuleBroken(
            "unknown-field",
            _("This kind of interaction has no field “%(key)s”.") % {"key": strange[0]},
            field=f"attribute_{strange[0]}",
            kind="invalid",
        )
    kept = [one for one in standing if one.get("name") not in values]
    said = [{"name": key, "value": value} for key, value in values.items() if not _empty(value)]
    return _keep(interaction, [*kept, *said], actor)


@transaction.atomic
def keep_characteristics(
    *, interaction_id: int, given: Iterable[Mapping[str, Any]], actor: Actor
) -> Interaction:
    """What a partner's document says; a name that nobody defined is kept as given."""
    require(actor, "interactions.update_interaction")
    return _keep(work_on(interaction_id, actor=actor), list(given), actor)


def nothing_missing(interaction: Interaction) -> None:
    """Refuse while a required field of such a matter is empty; every one is named at once."""
    filled = {one["name"] for one in interaction.characteristics if not _empty(one.get("value"))}
    required = OwnField.objects.for_matter(interaction).in_use().filter(required=True)
    missing = [one for one in required if one.key not in filled]
    if missing:
        raise RuleBroken(
            "fields-missing",
            _("Fill in first: %(names)s.") % {"names": ", ".join(one.label for one in missing)},
            field=f"attribute_{missing[0].key}",
            details={"fields": [one.key for one in missing]},
        )


def _keep(interaction: Interaction, given: list[Mapping[str, Any]], actor: Actor) -> Interaction:
    known = OwnField.objects.for_matter(interaction)
    found = attributes.typed_by(known, given, interaction.characteristics)
    before = {str(one.get("name")): one.get("value") for one in interaction.characteristics}
    after = {str(one.get("name")): one.get("value") for one in found}
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    if changed:
        interaction.characteristics = found
        interaction.save(update_fields=["characteristics"])
        append(
            interaction, "own_fields_changed", actor=actor, changed=changed, characteristics=found
        )
        publish(
            InteractionUpdated(interaction_id=interaction.pk, changed=["characteristics"]),
            actor=actor,
        )
    return interaction


def _empty(value: Any) -> bool:
    return value in (None, "")
