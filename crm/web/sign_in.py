"""Signing in: five bad tries, then a wait; known and unknown names look the same."""

import hashlib
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

TRIES = 5
WAIT_SECONDS = 15 * 60


class SignInForm(AuthenticationForm):
    """User name or work e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name or work e-mail")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}

    def clean(self) -> dict[str, Any]:
        """Count the bad tries of a name before the password is even looked at."""
        name = self.cleaned_data.get("username") or ""
        if _bad_tries(name) >= TRIES:
            raise ValidationError(_wait_sentence(), code="locked")
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError as error:
            if name and self.cleaned_data.get("password"):
                raise ValidationError(
                    _left_sentence(_count_bad_try(name)), code="mismatch"
                ) from error
            raise
        cache.delete(_key(name))
        return cleaned


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    """The door of the administration: the same lock, and only for those who may pass it."""


def _key(name: str) -> str:
    digest = hashlib.blake2b(name.strip().casefold().encode(), digest_size=16).hexdigest()
    return f"sign-in:{digest}"


def _bad_tries(name: str) -> int:
    return int(cache.get(_key(name), 0))


def _count_bad_try(name: str) -> int:
    # `add` first: it alone sets the end of the wait, so further tries never lengthen it.
    cache.add(_key(name), 0, WAIT_SECONDS)
    try:
        return cache.incr(_key(name))
    except ValueError:
        return 1


def _wait_sentence() -> str:
    return str(_("Five tries did not match. Wait 15 minutes, or ask your team lead."))


def _left_sentence(bad: int) -> str:
    rest = TRIES - bad
    if rest <= 0:
        return _wait_sentence()
    return ngettext(
        "Name and password do not match. %(n)d try left, then a 15 minute wait.",
        "Name and password do not match. %(n)d tries left, then a 15 minute wait.",
        rest,
    ) % {"n": rest}
