from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"
    label = "interactions"

    def ready(self) -> None:
        from interactions import governed, handlers, roles  # noqa: F401  # registering is their effect
        from interactions.web import navigation  # noqa: F401
