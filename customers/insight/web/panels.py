"""Insight on the customer page: the profile with its why, trust in it, and consents."""

from django.utils.translation import gettext_lazy as _

from crm.web import panels

panels.register(
    page="customer",
    name="insight",
    order=10,
    column="right",
    title=_("Insight"),
    icon="chart-line",
    url_name="insight:panel",
    permission="insight.view_profile",
)
panels.register(
    page="customer",
    name="to-confirm",
    order=20,
    column="top",
    title=_("Ask them to confirm"),
    icon="checklist",
    url_name="insight:to_confirm",
    permission="insight.view_profile",
)
panels.register(
    page="customer",
    name="trust",
    order=20,
    column="right",
    title=_("Can we trust this profile?"),
    icon="gauge",
    url_name="insight:trust",
    permission="insight.view_profile",
)
panels.register(
    page="customer",
    name="consents",
    order=40,
    column="left",
    title=_("Consents"),
    icon="hand-stop",
    url_name="insight:consents",
    permission="customers.view_customer",
)
