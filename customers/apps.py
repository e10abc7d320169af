from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    label = "customers"

    def ready(self) -> None:
        from customers import (  # noqa: F401  # registering is their effect
            consent_catalogue,
            generation,
            governed,
            handlers,
            roles,
            supports,
        )
        from customers.api.tmf629_customer import resource as _tmf629  # noqa: F401  # it registers its API
        from customers.api.tmf632_party import resource as _tmf632  # noqa: F401  # likewise
        from customers.web import navigation  # noqa: F401  # registering is its effect
