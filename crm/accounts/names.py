"""Colleagues by name: rows keep the login of who acted, people read who that is."""

import time

from django.utils.translation import gettext as _

from crm.access import SYSTEM
from crm.accounts.models import User

_REMEMBER_SECONDS = 60.0
_MOST = 2000

_names: dict[str, tuple[float, str]] = {}


def known_as(login: str | None) -> str:
    """The person's name; what is no login stays as it was written."""
    if not login:
        return ""
    if login == SYSTEM.name:
        return _("the system")
    now = time.monotonic()
    kept = _names.get(login)
    if kept and now - kept[0] < _REMEMBER_SECONDS:
        return kept[1]
    found = User.objects.filter(username=login).first()
    name = str(found) if found else login
    if len(_names) >= _MOST:
        _names.clear()
    _names[login] = (now, name)
    return name


def forget_names() -> None:
    """Drop what is remembered (tests)."""
    _names.clear()
