"""Sign in by user name or by work e-mail."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from crm import sql
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

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """As Django says it, in one statement kept by the server: every page asks."""
        if user_obj.is_superuser or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        kept: set[str] | None = getattr(user_obj, "_perm_cache", None)
        if kept is None:
            kept = {row["may"] for row in sql.often("accounts/may.sql", {"who": user_obj.pk})}
            user_obj._perm_cache = kept
        return kept
