from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    label = "customers"

    def ready(self) -> None:
        from customers import consent_catalogue, generation, governed, handlers, roles  # noqa: F401  # registering is their effect
        from customers.web import navigation  # noqa: F401
