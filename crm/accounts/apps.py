from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"
    verbose_name = _("People and teams")

    def ready(self) -> None:
        from crm.accounts import grants, teams  # noqa: F401  # registering is their effect
