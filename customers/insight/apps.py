from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "customers.insight"
    label = "insight"

    def ready(self) -> None:
        from customers.insight import (  # noqa: F401  # registering is their effect
            consumers,
            generation,
            governed,
            handlers,
            reports,
            roles,
            sources,
            supports,
        )
        from customers.insight.processes import forget_import  # noqa: F401  # it registers itself
