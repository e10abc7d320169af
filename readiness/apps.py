from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "readiness"
    label = "readiness"

    def ready(self) -> None:
        from readiness import (  # noqa: F401  # registering is their effect
            governed,
            handlers,
            roles,
            starter,
            supports,
        )
        from readiness.web import navigation  # noqa: F401  # registering is its effect
