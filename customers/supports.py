"""What customer information needs beside software: people who may do each piece of work."""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import ConsentPurpose
from readiness.registry.supports import INVENTORIES, SKILLS, Stand, Support, declare, people_with


def purposes_to_ask_about() -> Stand:
    """Without a catalogue of purposes no consent can be taken, and nobody may be told anything."""
    n = ConsentPurpose.objects.count()
    if n == 0:
        return Stand(_("The consent catalogue is empty."), _("empty"), stops=True)
    return Stand(_("%(n)d purposes stand in the consent catalogue.") % {"n": n})


for _process, _permission, _title in (
    ("1.3.6.1", "record_customer", gettext_lazy("People who record customers")),
    ("1.3.6.2", "update_information", gettext_lazy("People who keep the record true")),
    ("1.3.6.4", "archive_information", gettext_lazy("People who archive and restore")),
    ("1.3.6", "complete_order", gettext_lazy("People who complete orders")),
    ("1.3.4.2.1", "verify_caller", gettext_lazy("People who verify callers")),
    ("1.3.4.2.4", "match_customers", gettext_lazy("People who decide about duplicates")),
    ("1.3.4.3", "reestablish_relationship", gettext_lazy("People who take customers back")),
    ("1.3.4", "terminate_relationship", gettext_lazy("People who end relationships")),
):
    declare(
        Support(
            f"people.{_permission}",
            _title,
            SKILLS,
            (_process,),
            partial(people_with, f"customers.{_permission}"),
        )
    )
declare(
    Support(
        "stock.purposes",
        gettext_lazy("Consent catalogue"),
        INVENTORIES,
        ("1.3.6.2",),
        purposes_to_ask_about,
    )
)
