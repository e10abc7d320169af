from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The project itself as an app: its management commands, no models."""

    name = "crm"
    label = "crm"
