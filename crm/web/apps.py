from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebConfig(AppConfig):
    """What all screens share: frame, components, panels, navigation, search, notices."""

    name = "crm.web"
    label = "web"

    def ready(self) -> None:
        """Let every app register its navigation, panels and searchers."""
        autodiscover_modules("web.navigation", "web.panels", "web.searchers")
