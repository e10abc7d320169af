"""Signing in: five bad tries, then a wait; known and unknown names look the same."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.accounts import sign_ins
from crm.accounts.addresses import address_of


class SignInForm(AuthenticationForm):
    """User name or work e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name or work e-mail")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}

    def clean(self) -> dict[str, Any]:
        """Count the try before the password is even looked at."""
        name = self.cleaned_data.get("username") or ""
        if not (name and self.cleaned_data.get("password")):
            return super().clean()
        this = sign_ins.begin(name, address_of(self.request))
        if this.must_wait:
            raise ValidationError(_wait_sentence(), code="locked")
        try:
            cleaned = super().clean()
        except ValidationError as error:
            raise ValidationError(_left_sentence(this.left), code="mismatch") from error
        if this.barred:
            # Not even the right password; and nobody learns from us that it was.
            raise ValidationError(_left_sentence(this.left), code="mismatch")
        this.succeed()
        return cleaned


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    """The door of the administration: the same lock, and only for those who may pass it."""


def _wait_sentence() -> str:
    return str(_("Five tries did not match. Wait 15 minutes, or ask your team lead."))


def _left_sentence(rest: int) -> str:
    if rest <= 0:
        return _wait_sentence()
    return ngettext(
        "Name and password do not match. %(n)d try left, then a 15 minute wait.",
        "Name and password do not match. %(n)d tries left, then a 15 minute wait.",
        rest,
    ) % {"n": rest}
