"""Tell our own people: on screen and by mail, once per cause, whoever asks how often."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise as Lazy
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import Team, User
from crm.gathering import insert_once
from crm.languages import spoken
from crm.web import times
from crm.web.notices import notify, notify_people
from interactions.models import (
    Commitment,
    Communication,
    Interaction,
    Message,
    ResponseRequest,
    SlaClock,
)

LEAD_ROLE: Final = "team-lead"
_ADMINISTRATORS: Final = "administrator"
_BREACH: Final = 100
# Said in the language and the time zone of who reads it.
_instant = lazy(times.instant_full, str)
# By whether it is missed already, and whether it is the contract's time or one that we gave later.
_TITLES: Final = {
    (False, False): gettext_lazy("{reference}: “{target}” is at risk"),
    (True, False): gettext_lazy("{reference}: “{target}” is missed"),
    (False, True): gettext_lazy("{reference}: the new time for “{target}” is at risk"),
    (True, True): gettext_lazy("{reference}: the new time for “{target}” is missed"),
}


def leads() -> QuerySet[User]:
    """Everybody who leads a team and can hear what is said to them."""
    return User.objects.filter(is_active=True, is_partner=False, groups__name=LEAD_ROLE)


class Colleagues:
    """Who has these interactions, and who leads: active people of ours, read together."""

    def __init__(self, interactions: Iterable[Interaction]) -> None:
        about = list(interactions)
        active = get_user_model().objects.filter(is_active=True, is_partner=False)
        self._leads = set(leads().values_list("pk", flat=True))
        if not self._leads:
            # Somebody must hear it; the duty watch says that nobody leads.
            administrators = active.filter(groups__name=_ADMINISTRATORS)
            self._leads = set(administrators.values_list("pk", flat=True))
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        in_teams = Team.members.through.objects.filter(
            team__in={one.team_id for one in about if one.team_id}
        )
        for team_id, user_id in in_teams.values_list("team_id", "user_id"):
            self._members[team_id].add(user_id)
        wanted = {one.owner_id for one in about if one.owner_id}
        wanted = wanted.union(self._leads, *self._members.values())
        self._people = {person.pk: person for person in active.filter(pk__in=wanted)}

    def of(self, interaction: Interaction, audience: Collection[str]) -> list[Any]:
        """The owner, else their team; leads are the team's, else all, else administrators."""
        team = self._members[interaction.team_id] if interaction.team_id else set[int]()
        found: set[int] = set()
        if "owner" in audience:
            found |= {interaction.owner_id} if interaction.owner_id else team
            found &= self._people.keys()
        if "leads" in audience or not found:
            found |= (self._leads & team) or self._leads
        return [self._people[pk] for pk in sorted(found)]


def tell_staff(
    *,
    interaction: Interaction,
    clock: SlaClock,
    people: Iterable[Any],
    percent: int,
    number: int,
) -> None:
    """Say that a promise is at risk or missed: a notice on screen and a mail for each person."""
    people = list(people)
    missed = percent >= _BREACH
    key = f"clock:{clock.pk}:{number}:{percent}"
    # Lazy: each person reads it in their own language.
    title = format_lazy(
        _TITLES[missed, number > 1],
        reference=interaction.reference,
        target=SlaClock.Target(clock.target).label,
    )
    notify_people(
        people,
        level="bad" if missed else "warn",
        title=title,
        body=interaction.subject,
        url=page_of(interaction),
        dedupe_key=key,
    )
    for person in people:
        if person.email:
            _mail(interaction, clock, person, title, key)


def ask_for_call(
    *, interaction: Interaction, clock: SlaClock, promise: Commitment, people: Iterable[Any]
) -> None:
    """Nobody may be written to: somebody has to call and say the new date."""
    notify_people(
        people,
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference}: call the customer with the new date"),
            reference=interaction.reference,
        ),
        body=_instant(promise.due_at) if promise.due_at else "",
        url=page_of(interaction),
        dedupe_key=f"clock:{clock.pk}:call:{promise.number}",
    )


def tell_long_pause(
    *, interaction: Interaction, clock: SlaClock, at: datetime, people: Iterable[Any]
) -> None:
    """Paused for as long as the policy allows, and nobody went on: it counts again."""
    notify_people(
        people,
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference}: paused for too long, the {target} counts again"),
            reference=interaction.reference,
            target=SlaClock.Target(clock.target).label,
        ),
        body=interaction.subject,
        url=page_of(interaction),
        dedupe_key=f"clock:{clock.pk}:long-pause:{at:%Y%m%d%H%M}",
    )


def ask_whether_met(*, interaction: Interaction, clock: SlaClock, people: Iterable[Any]) -> None:
    """Others like it took longer than is left: the owner says what the customer will hear."""
    notify_people(
        people,
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference}: will the {target} be in time?"),
            reference=interaction.reference,
            target=SlaClock.Target(clock.target).label,
        ),
        body=format_lazy(gettext_lazy("Likely {at}"), at=_instant(clock.predicted_end_at))
        if clock.predicted_end_at
        else "",
        url=page_of(interaction),
        dedupe_key=f"clock:{clock.pk}:doubt",
    )


def tell_about_silence(
    *, interaction: Interaction, request: ResponseRequest, said: str | Lazy
) -> int:
    audience = {"owner"}
    if request.on_silence == ResponseRequest.OnSilence.ESCALATE:
        audience.add("leads")
    return notify(
        [person.pk for person in people_of(interaction, audience)],
        level="warn",
        title=format_lazy("{said}", said=said),
        body=f"{interaction.reference}: {request.question}",
        url=page_of(interaction),
        dedupe_key=f"request:{request.pk}:silent",
    )


def tell_undeliverable(*, message: Message) -> int:
    """A message that can't be delivered: the owner has to find another way."""
    interaction = message.interaction
    return notify(
        [person.pk for person in people_of(interaction, {"owner"})],
        level="bad",
        title=format_lazy(
            gettext_lazy("{reference}: a message could not be delivered"),
            reference=interaction.reference,
        ),
        body=message.last_error,
        url=page_of(interaction),
        dedupe_key=f"message:{message.pk}:undeliverable",
    )


def doubt_key(message: Message) -> str:
    """Sent again by a person and in doubt again, it is told again: attempts begin anew then."""
    tried_at = f"{message.handed_over_at:%Y%m%d%H%M%S%f}" if message.handed_over_at else ""
    return f"message:{message.pk}:in-doubt:{tried_at}"


def tell_in_doubt(*, message: Message) -> int:
    """A message that may have arrived: the owner asks, and sends it again or leaves it."""
    interaction = message.interaction
    return notify(
        [person.pk for person in people_of(interaction, {"owner"})],
        level="warn",
        title=format_lazy(
            gettext_lazy("{reference}: a message may have arrived; send it again or leave it"),
            reference=interaction.reference,
        ),
        body=message.last_error,
        url=page_of(interaction),
        dedupe_key=doubt_key(message),
    )


def tell_other_way(*, message: Message) -> int:
    """What can't arrive goes another way; the owner hears of it, and need not act."""
    interaction = message.interaction
    return notify(
        [person.pk for person in people_of(interaction, {"owner"})],
        level="info",
        title=format_lazy(
            gettext_lazy("{reference}: a message could not arrive and goes another way"),
            reference=interaction.reference,
        ),
        body=message.last_error,
        url=page_of(interaction),
        dedupe_key=f"message:{message.pk}:instead",
    )


def alarm_staff(*, clock_id: int, problem: str, at: datetime) -> int:
    """A clock that can't be computed: administrators and leads are told, each time it happens."""
    people = get_user_model().objects.filter(groups__name__in=[_ADMINISTRATORS, LEAD_ROLE])
    return notify(
        people.values_list("pk", flat=True),
        level="bad",
        title=format_lazy(gettext_lazy("Clock {clock} could not be computed"), clock=clock_id),
        body=problem[:500],
        dedupe_key=f"clock:{clock_id}:poisoned:{at:%Y%m%d%H%M}",
    )


def alarm_not_planned(*, asked: Communication, problem: str) -> int:
    """A partner's message failed each time it was taken up: administrators are told, once."""
    people = get_user_model().objects.filter(groups__name=_ADMINISTRATORS)
    return notify(
        people.values_list("pk", flat=True),
        level="bad",
        title=format_lazy(
            "{said}", said=gettext_lazy("A partner's message was given up after many tries")
        ),
        body=f"{asked.public_id}: {problem}"[:500],
        url=page_of(asked.interaction) if asked.interaction else "",
        dedupe_key=f"communication:{asked.pk}:given-up",
    )


def alarm_auditor(*, interactions: Iterable[int], at: datetime) -> int:
    """The store says something else than the events: administrators are told, once a day."""
    people = get_user_model().objects.filter(groups__name=_ADMINISTRATORS)
    return notify(
        people.values_list("pk", flat=True),
        level="bad",
        title=format_lazy("{said}", said=gettext_lazy("Stored clocks differ from their events")),
        body=", ".join(str(pk) for pk in interactions)[:500],
        dedupe_key=f"clocks:audit:{at:%Y%m%d}",
    )


def page_of(interaction: Interaction) -> str:
    try:
        return reverse("interactions:page", args=[interaction.public_id])
    except NoReverseMatch:
        return ""


def people_of(interaction: Interaction, audience: Collection[str]) -> list[Any]:
    """The owner, else their team; leads are the team leads of that team, else all of them."""
    return Colleagues([interaction]).of(interaction, audience)


def _mail(interaction: Interaction, clock: SlaClock, person: Any, title: Lazy, key: str) -> None:
    language = spoken(person.language)
    with translation.override(language):
        subject = " ".join(str(title).split())[:250]
        body = _("%(title)s\n%(subject)s\n\nOpen it in the back office to act on it.") % {
            "title": subject,
            "subject": interaction.subject,
        }
    insert_once(
        Message(
            dedupe_key=f"{key}:staff:{person.pk}",
            interaction=interaction,
            clock=clock,
            kind=Message.Kind.STAFF,
            direction=Interaction.Direction.OUTBOUND,
            channel="email",
            recipient=person.email,
            author_name="system",
            language=language,
            subject=subject,
            body=body,
            state=Message.State.QUEUED,
            purpose="staff",
            allowed_because="duty",
            available_at=timezone.now(),
            capability_version_id=clock.capability_version_id,
        ),
        by="dedupe_key",
    )
