"""What this app itself puts on the customer page, fetched after the rest."""

from django.utils.translation import gettext_lazy as _

from crm.web import panels

panels.register(
    page="customer",
    name="changes",
    order=90,
    column="centre",
    title=_("Changes of the record"),
    icon="history",
    url_name="customers:changes",
    permission="customers.view_personal_data",
)
panels.register(
    page="customer",
    name="orders",
    order=40,
    column="left",
    title=_("Orders"),
    icon="package",
    url_name="customers:orders_panel",
    permission="customers.view_order",
)
panels.register(
    page="customer",
    name="reports",
    order=45,
    column="left",
    title=_("Reports"),
    icon="file-text",
    url_name="customers:reports_panel",
    permission="customers.view_reportneed",
)
