"""Interactions on the customer page: what is promised and open, and the line of time."""

from django.utils.translation import gettext_lazy as _

from crm.web import panels

panels.register(
    page="customer",
    name="matters",
    order=10,
    column="top",
    title=_("Open promise"),
    icon="alarm",
    url_name="interactions:matters",
    permission="interactions.view_interaction",
)
panels.register(
    page="customer",
    name="timeline",
    order=10,
    column="centre",
    title=_("Timeline"),
    icon="history",
    url_name="interactions:timeline",
    permission="interactions.view_interaction",
)
panels.register_action(
    page="customer",
    name="log",
    order=10,
    label=_("Interaction"),
    icon="plus",
    url_name="interactions:log",
    parameter="customer",
    permission="interactions.log_interaction",
)
for _slot in ("sla.policy", "sla.calendar"):
    panels.register(
        page=f"capability:{_slot}",
        name="running",
        order=10,
        column="centre",
        title=_("Running promises"),
        icon="alarm",
        url_name="interactions:running",
        permission="readiness.view_capabilityversion",
    )
