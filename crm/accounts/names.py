"""Colleagues by name: rows keep the login of who acted, people read who that is."""

import time
from collections.abc import Mapping

from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.accounts.models import User

_REMEMBER_SECONDS = 60.0

_roll: tuple[float, Mapping[str, str]] | None = None
_at_work: tuple[float, tuple[tuple[str, str], ...]] | None = None


def colleagues() -> Mapping[str, str]:
    """Everybody's name by login, in one query a minute and process."""
    global _roll  # noqa: PLW0603  # what this process remembers
    now = time.monotonic()
    if _roll is None or now - _roll[0] > _REMEMBER_SECONDS:
        people = User.objects.filter(is_partner=False).only("username", "first_name", "last_name")
        _roll = now, {person.username: str(person) for person in people}
    return _roll[1]


def at_work(most: int = 200) -> tuple[tuple[str, str], ...]:
    """Who can be given work, as a list to choose from shows them: id and name, by name.

    Remembered for a minute. Who was added or left since is told by what takes the choice.
    """
    global _at_work  # noqa: PLW0603  # what this process remembers
    now = time.monotonic()
    if _at_work is None or now - _at_work[0] > _REMEMBER_SECONDS:
        names = ("first_name", "last_name", "username")
        people = User.objects.filter(is_active=True, is_partner=False).order_by(*names)
        rows = people.values_list("pk", *names)[:most]
        _at_work = (
            now,
            tuple((str(pk), f"{first} {last}".strip() or login) for pk, first, last, login in rows),
        )
    return _at_work[1]


def known_as(login: str | None) -> str:
    """The person's name; what is no login stays as it was written."""
    if not login:
        return ""
    if login == SYSTEM.name:
        return _("the system")
    return colleagues().get(login, login)


def forget_names() -> None:
    """Drop what is remembered (tests)."""
    global _roll, _at_work  # noqa: PLW0603  # what this process remembers
    _roll = _at_work = None
