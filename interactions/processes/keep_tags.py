"""Track and Manage Customer Interaction: the list of tags, kept short by who answers for it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Actor, require
from crm.audit.history import because
from crm.errors import RuleBroken
from interactions.models import Tag

ETOM = "1.3.5.6"

KEEP = "interactions.change_tag"


@transaction.atomic
def retire_tag(*, tag_id: int, actor: Actor) -> Tag:
    """Put on nothing any more; what has it keeps it. Retiring again changes nothing."""
    require(actor, KEEP)
    found = Tag.objects.select_for_update(of=("self",)).get(pk=tag_id)
    if found.retired_at is None:
        with because(actor, "retired"):
            found.retired_at = timezone.now()
            found.save(update_fields=["retired_at"])
    return found


@transaction.atomic
def bring_back_tag(*, tag_id: int, actor: Actor) -> Tag:
    """In use again; one that was merged stands alone again, on the matters it was put on."""
    require(actor, KEEP)
    found = Tag.objects.select_for_update(of=("self",)).get(pk=tag_id)
    if found.retired_at is not None:
        with because(actor, "brought back"):
            found.retired_at, found.merged_into = None, None
            found.save(update_fields=["retired_at", "merged_into"])
    return found


@transaction.atomic
def merge_tags(*, source_id: int, target_id: int, actor: Actor) -> Tag:
    """Read one tag as another from now on, on every matter that has it, and in filters by it.

    No matter is written: each keeps what was put on it, so that it can be taken apart again.
    """
    require(actor, KEEP)
    both = Tag.objects.select_for_update(of=("self",)).order_by("pk")
    rows = {one.pk: one for one in both.filter(pk__in=(source_id, target_id))}
    source, target = rows[source_id], rows.get(target_id)
    if target is None or target.retired_at is not None or source == target:
        raise RuleBroken(
            "tag-no-target",
            _("Name another tag that is in use."),
            field="target",
            kind="invalid",
        )
    with because(actor, "merged"):
        # One step from any tag to the one it is read as.
        Tag.objects.filter(merged_into=source).update(merged_into=target)
        source.merged_into = target
        source.retired_at = source.retired_at or timezone.now()
        source.save(update_fields=["merged_into", "retired_at"])
    return target
