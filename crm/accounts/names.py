"""Colleagues and teams by name: rows keep who acted by login, people read who that is.

All of it is remembered for a minute in each process.
"""

import time
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.accounts.models import Team, User

_REMEMBER_SECONDS = 60.0
# As many as a list to choose from shows.
_MOST = 200

Names = tuple[tuple[str, str], ...]
T = TypeVar("T")

_remembered: dict[str, tuple[float, object]] = {}


def colleagues() -> Mapping[str, str]:
    """Everybody's name by login."""
    return _once_a_minute("colleagues", _colleagues)


def at_work() -> Names:
    """Who can be given work: id and name, in the order of a list to choose from.

    Who came or left meanwhile is told by what takes the choice.
    """
    return _once_a_minute("at work", _at_work)


def teams() -> Names:
    """The same of teams."""
    return _once_a_minute("teams", _teams)


def known_as(login: str | None) -> str:
    """The person's name; what is no login stays as it was written."""
    if not login:
        return ""
    if login == SYSTEM.name:
        return _("the system")
    return colleagues().get(login, login)


def forget_names() -> None:
    """Drop what is remembered (tests)."""
    _remembered.clear()


def _once_a_minute(what: str, read: Callable[[], T]) -> T:
    now = time.monotonic()
    kept = _remembered.get(what)
    if kept is None or now - kept[0] > _REMEMBER_SECONDS:
        kept = _remembered[what] = (now, read())
    return cast(T, kept[1])


def _colleagues() -> Mapping[str, str]:
    people = User.objects.filter(is_partner=False).only("username", "first_name", "last_name")
    return {person.username: str(person) for person in people}


def _at_work() -> Names:
    names = ("first_name", "last_name", "username")
    people = User.objects.filter(is_active=True, is_partner=False).order_by(*names)
    rows = people.values_list("pk", *names)[:_MOST]
    return tuple((str(pk), f"{first} {last}".strip() or login) for pk, first, last, login in rows)


def _teams() -> Names:
    return tuple((str(pk), name) for pk, name in Team.objects.values_list("pk", "name")[:_MOST])
