"""What several doors and processes ask: who works on interactions, what waits, tags by name."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from crm.accounts.models import Team, User
from crm.errors import RuleBroken
from customers.models import CommunicationNeed
from interactions.models import Interaction, Tag

SERVICE = "service"


def check_colleague(user_id: int | None) -> None:
    """A matter belongs to a colleague who is there, never to the account of a partner system."""
    if user_id is None:
        return
    there = User.objects.filter(pk=user_id, is_active=True, is_partner=False)
    if not there.exists():
        raise RuleBroken(
            "unknown-owner", _("There is no such colleague."), field="owner", kind="invalid"
        )


def check_team(team_id: int | None) -> None:
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise RuleBroken("unknown-team", _("There is no such team."), field="team", kind="invalid")


def language_of(tag: str) -> str:
    """The language of a tag: "de" for "de-AT"."""
    return tag.replace("_", "-").partition("-")[0].lower()


def languages_waiting() -> Counter[str]:
    """How many open matters wait in each language: the one wished for service, else the party's."""
    wished = CommunicationNeed.objects.filter(party=OuterRef("customer__party"), topic=SERVICE)
    rows = (
        Interaction.objects.open()
        .filter(removed_at=None, customer__party__isnull=False)
        .annotate(
            tag=Coalesce(
                NullIf(Subquery(wished.values("language")[:1]), Value("")),
                "customer__party__language",
                Value(""),
            )
        )
        .order_by()
        .values_list("tag")
        .annotate(n=Count("pk"))
    )
    found: Counter[str] = Counter()
    for tag, n in rows:
        if tag:
            found[language_of(tag)] += n
    return found


def tag_names(matters: Iterable[Interaction]) -> dict[int, tuple[str, ...]]:
    """The tags of each matter by the names they are read as; asks nothing where there are none."""
    worn = {one.pk: one.tags for one in matters if one.tags}
    if not worn:
        return {}
    rows = Tag.objects.filter(pk__in={pk for some in worn.values() for pk in some})
    read_as = {
        pk: into or name for pk, name, into in rows.values_list("pk", "name", "merged_into__name")
    }
    return {
        matter: tuple(dict.fromkeys(read_as[pk] for pk in some)) for matter, some in worn.items()
    }
