from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"

    def ready(self) -> None:
        from crm.accounts import grants  # noqa: F401  # registering is its effect
