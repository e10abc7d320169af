"""Customers and imports in the sidebar and the command palette, and the way in for visitors."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.web import navigation, search, visitors

navigation.register(
    "customers:list",
    label=_("Customers"),
    icon="users",
    section="desk",
    order=20,
    permission="customers.view_customer",
    key="G C",
    quick=2,
)
navigation.register(
    "customers:imports",
    label=_("Imports"),
    icon="file-import",
    section="stewardship",
    order=30,
    permission="customers.import_customers",
    home_with="customers.import_customers",
)
search.register_command(
    _("Record a customer"),
    "customers:record",
    icon="user-plus",
    permission="customers.record_customer",
)
search.register_command(
    _("Import customers from a file"),
    "customers:upload",
    icon="file-import",
    permission="customers.import_customers",
)
navigation.register(
    "customers:archive",
    label=_("Archive"),
    icon="archive",
    section="stewardship",
    order=60,
    permission="customers.search_archive",
    home_with="customers.search_archive",
)
navigation.register(
    "customers:orders",
    label=_("Orders"),
    icon="package",
    section="desk",
    order=30,
    permission="customers.view_order",
    key="G O",
)
navigation.register(
    "customers:cleansing",
    label=_("Cleansing"),
    icon="eraser",
    section="stewardship",
    order=40,
    permission="customers.cleanse_customers",
)
navigation.register(
    "customers:exports",
    label=_("Exports"),
    icon="file-export",
    section="stewardship",
    order=45,
    permission="customers.export_customers",
)
visitors.register(
    "customers:join",
    label=_("Become a customer"),
    icon="user-plus",
    order=10,
    is_open=lambda: settings.CRM_SELF_SERVICE,
)
