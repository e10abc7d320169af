from django.apps import AppConfig


class TmfConfig(AppConfig):
    name = "crm.tmf"
    label = "tmf"

    def ready(self) -> None:
        from crm.tmf import roles  # noqa: F401  # registering is its effect
