"""Sign in by user name or by work e-mail."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from crm.accounts.models import User


class NameOrEmailBackend(ModelBackend):
    """Django's own backend, asked by either of the two names a person remembers."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        if username and "@" in username:
            found = User.objects.filter(email__iexact=username).values_list("username", flat=True)
            username = found.first() or username
        return super().authenticate(request, username=username, password=password, **kwargs)

    def user_can_authenticate(self, user: Any) -> bool:
        # A partner system has a token, never a page.
        return super().user_can_authenticate(user) and not user.is_partner
