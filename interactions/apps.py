from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"
    label = "interactions"

    def ready(self) -> None:
        from interactions import (  # noqa: F401  # registering is their effect
            generation,
            governed,
            handlers,
            proofs,
            reasons,
            roles,
        )
        from interactions.web import navigation  # noqa: F401
