from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"
    label = "interactions"

    def ready(self) -> None:
        from crm.accounts import signing_out
        from interactions import (  # noqa: F401  # registering is their effect
            archivable,
            codes,
            consumers,
            generation,
            governed,
            handlers,
            live,
            macros,
            proofs,
            reasons,
            reports,
            roles,
            supports,
            tags,
        )
        from interactions.api.tmf621_trouble_ticket import resource as _tmf621  # noqa: F401  # it registers its API
        from interactions.api.tmf681_communication import resource as _tmf681  # noqa: F401  # it registers its API
        from interactions.api.tmf683_party_interaction import resource as _tmf683  # noqa: F401  # it registers its API
        from interactions.processes.manage_interaction import leave
        from interactions.web import navigation  # noqa: F401  # registering is its effect

        signing_out.register(leave)
