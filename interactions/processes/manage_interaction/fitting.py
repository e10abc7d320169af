"""Which work fits whom: by what they know and speak, what they have, and whom they helped."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count

from crm.accounts.models import User
from customers.models import CommunicationNeed
from interactions.models import AgentProfile, AtDesk, Call, Interaction
from interactions.models.states import WAITING
from interactions.reads import SERVICE, language_of

# A call nobody wrapped up on its day keeps nobody from working for ever.
_CALL_WITHIN: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Colleague:
    """What decides which work fits somebody; an empty set means everything."""

    pk: int
    skills: frozenset[str]
    languages: frozenset[str]


def colleague(user: User, profile: AgentProfile | None) -> Colleague:
    return Colleague(
        user.pk,
        frozenset(profile.skills if profile else ()),
        frozenset(language_of(str(one)) for one in user.languages_spoken or ()),
    )


def loads(users: Collection[int]) -> dict[int, int]:
    """How many matters each has that take room: what waits for others or sleeps takes none."""
    rows = (
        Interaction.objects.filter(owner__in=users, removed_at=None, snoozed_until=None)
        .open()
        .exclude(status__in=WAITING)
        .order_by()
        .values_list("owner")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def on_the_phone(users: Collection[int], now: datetime, *, talking: bool = True) -> set[int]:
    """Who talks, or has a call that waits for its wrap-up."""
    states = [Call.State.ENDED, *([Call.State.ANSWERED] if talking else [])]
    calls = Call.objects.filter(
        agent__in=users, wrap_up="", state__in=states, rang_at__gt=now - _CALL_WITHIN
    )
    return set(calls.values_list("agent", flat=True))


def fits(one: Interaction, me: Colleague, languages: Mapping[int, str]) -> bool:
    if me.skills:
        about = {*one.verticals, *([one.reason.key] if one.reason else [])}
        if not about & me.skills:
            return False
    wished = languages.get(one.pk, "")
    return not me.languages or not wished or wished in me.languages


def wished_languages(some: list[Interaction]) -> dict[int, str]:
    parties = {one.pk: one.customer.party for one in some if one.customer and one.customer.party}
    needs = dict(
        CommunicationNeed.objects.filter(
            party__in=[party.pk for party in parties.values()], topic=SERVICE
        ).values_list("party", "language")
    )
    return {
        pk: language_of(needs.get(party.pk) or party.language or "")
        for pk, party in parties.items()
    }


def last_owners(
    some: list[Interaction], policy: Mapping[str, Any], now: datetime
) -> dict[int, tuple[int, bool]]:
    """Who looked after each customer last, and whether they take work now."""
    days = int(policy.get("sticky_days", 0))
    customers = {one.customer_id for one in some if one.customer_id}
    if not days or not customers:
        return {}
    rows = (
        Interaction.objects.filter(
            customer__in=customers, owner__isnull=False, opened_at__gte=now - timedelta(days=days)
        )
        .order_by("customer", "-opened_at")
        .distinct("customer")
        .values_list("customer", "owner", "owner__agent_profile__state")
    )
    return {customer: (owner, state == AtDesk.AVAILABLE) for customer, owner, state in rows}
