"""Tell colleagues what concerns them: named in a note, given a matter, or called for help."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.accounts.names import known_as
from crm.web import times
from crm.web.notices import notify, notify_people
from interactions.models import FollowUp, Interaction, Message
from interactions.processes.notify_customer.staff import page_of, people_of

_NAMED = re.compile(r"(?<![\w.@])@([\w.+-]{2,150})")
_AT_MOST = 20
_instant = lazy(times.instant, str)


def mentioned(text: str) -> list[User]:
    """Colleagues called by their user name: "@priya, can you look?"."""
    names = {name.rstrip(".-+") for name in _NAMED.findall(text)}
    if not names:
        return []
    found = User.objects.filter(username__in=names, is_active=True, is_partner=False)
    return list(found.order_by("pk")[:_AT_MOST])


def tell_mentioned(*, interaction: Interaction, message: Message, people: Sequence[User]) -> int:
    return notify(
        [person.pk for person in people],
        level="info",
        title=format_lazy(
            gettext_lazy("{name} mentions you in {reference}"),
            name=known_as(message.author_name),
            reference=interaction.reference,
        ),
        url=page_of(interaction),
        dedupe_key=f"message:{message.public_id}:mention",
    )


def tell_escalated(*, interaction: Interaction, reason: str, by: str) -> int:
    """Those who lead are called for help, each time somebody calls."""
    return notify(
        [person.pk for person in people_of(interaction, {"leads"})],
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference}: {name} asks for help"),
            reference=interaction.reference,
            name=known_as(by),
        ),
        body=reason,
        url=page_of(interaction),
        dedupe_key=f"interaction:{interaction.pk}:escalated:{interaction.escalation}",
    )


def tell_woken(*, interaction: Interaction) -> int:
    at = interaction.snoozed_until
    return notify(
        [person.pk for person in people_of(interaction, {"owner"})],
        level="info",
        title=format_lazy(
            gettext_lazy("{reference} is back on your desk"), reference=interaction.reference
        ),
        url=page_of(interaction),
        dedupe_key=f"interaction:{interaction.pk}:woken:{at.isoformat() if at else ''}",
    )


def tell_follow_up(follow_up: FollowUp) -> int:
    interaction = follow_up.interaction
    people: Iterable[int] = (
        [follow_up.owner_id]
        if follow_up.owner_id
        else [person.pk for person in people_of(interaction, {"owner"})]
    )
    return notify(
        people,
        level="info",
        title=format_lazy(
            gettext_lazy("{reference}: {what}, now"),
            reference=interaction.reference,
            what=follow_up.get_kind_display(),
        ),
        body=follow_up.note,
        url=page_of(interaction),
        dedupe_key=f"follow-up:{follow_up.pk}:due",
    )


def tell_closing_waits(*, interaction: Interaction, facts: int) -> int:
    """It could be closed, were it not for facts nobody decided: the owner is told once."""
    return notify(
        [person.pk for person in people_of(interaction, {"owner"})],
        level="info",
        title=format_lazy(
            gettext_lazy("{reference} waits to be closed: facts to decide, {n}"),
            reference=interaction.reference,
            n=facts,
        ),
        url=page_of(interaction),
        dedupe_key=f"interaction:{interaction.pk}:closing:{interaction.reopened}",
    )


def tell_returned(*, interaction: Interaction, owner_id: int, at: datetime | None) -> int:
    return notify(
        [owner_id],
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference} went back to the queue: it was not answered in time"),
            reference=interaction.reference,
        ),
        url=page_of(interaction),
        dedupe_key=f"interaction:{interaction.pk}:returned:{at.isoformat() if at else ''}",
    )


def tell_handed(
    *, interaction: Interaction, owner: User, back_at: datetime | None, at: datetime
) -> None:
    """A queue handed it over: the bell says so at once, and until when an answer is waited for."""
    notify_people(
        [owner],
        level="info",
        title=format_lazy(
            gettext_lazy("{reference} is yours: your queue handed it to you"),
            reference=interaction.reference,
        ),
        body=format_lazy(gettext_lazy("Unanswered, it goes back {at}."), at=_instant(back_at))
        if back_at
        else "",
        url=page_of(interaction),
        dedupe_key=f"interaction:{interaction.pk}:handed:{at.isoformat()}",
    )


def tell_away(*, user_id: int, at: datetime) -> int:
    """Nothing was seen of them: whoever comes back reads why nothing was handed to them."""
    return notify(
        [user_id],
        level="warn",
        title=gettext_lazy("You were set to away: nothing was seen of you at your work"),
        body=gettext_lazy("Say that you are available to be handed work again."),
        url=reverse("interactions:desk"),
        dedupe_key=f"agent:{user_id}:away:{at.isoformat()}",
    )
