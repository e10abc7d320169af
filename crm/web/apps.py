from django.apps import AppConfig
from django.contrib import admin
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """What all screens share: frame, components, panels, navigation, search, notices."""

    name = "crm.web"
    label = "web"
    verbose_name = _("Notices on screen")

    def ready(self) -> None:
        """Let every app register its navigation, panels and searchers."""
        from crm.web import notices, palette  # noqa: F401  # topic and commands are registered
        from crm.web.sign_in import AdminSignInForm

        admin.site.login_form = AdminSignInForm
        autodiscover_modules("web.navigation", "web.panels", "web.searchers")
