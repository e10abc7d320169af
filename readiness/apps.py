from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "readiness"
    label = "readiness"

    def ready(self) -> None:
        from readiness import governed, handlers, roles, starter  # noqa: F401  # registering is their effect
        from readiness.web import navigation  # noqa: F401  # registering is its effect
