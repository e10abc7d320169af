from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TmfConfig(AppConfig):
    name = "crm.tmf"
    label = "tmf"
    verbose_name = _("Partner interface")

    def ready(self) -> None:
        from crm.tmf import roles  # noqa: F401  # registering is its effect
