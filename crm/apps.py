from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The project itself as an app: its management commands, no models."""

    name = "crm"
    label = "crm"

    def ready(self) -> None:
        """Let tasks sent from any process find the configured broker."""
        from crm import celery  # noqa: F401  importing it makes it the current app
