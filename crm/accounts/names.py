"""Colleagues by name: rows keep the login of who acted, people read who that is."""

import time
from collections.abc import Mapping

from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.accounts.models import User

_REMEMBER_SECONDS = 60.0

_roll: tuple[float, Mapping[str, str]] | None = None


def colleagues() -> Mapping[str, str]:
    """Everybody's name by login, in one query a minute and process."""
    global _roll  # noqa: PLW0603  # what this process remembers
    now = time.monotonic()
    if _roll is None or now - _roll[0] > _REMEMBER_SECONDS:
        people = User.objects.filter(is_partner=False).only("username", "first_name", "last_name")
        _roll = now, {person.username: str(person) for person in people}
    return _roll[1]


def known_as(login: str | None) -> str:
    """The person's name; what is no login stays as it was written."""
    if not login:
        return ""
    if login == SYSTEM.name:
        return _("the system")
    return colleagues().get(login, login)


def forget_names() -> None:
    """Drop what is remembered (tests)."""
    global _roll  # noqa: PLW0603  # what this process remembers
    _roll = None
