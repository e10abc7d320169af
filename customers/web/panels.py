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
