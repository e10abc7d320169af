"""What campaigns and retention must find in a customer's record."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from customers.consumers import Consumer, Need, register

RETENTION: Final = register(
    Consumer(
        key="retention",
        title=_("Retention"),
        process="1.3.4.1",
        order=30,
        needs=(
            Need(
                "agreement",
                _("When the agreement began"),
                "agreement.dates",
                where=_("Comes with the finalised contract."),
            ),
            Need("reach", _("A contact point that reaches them"), "contact.reach"),
        ),
    )
)
CAMPAIGN: Final = register(
    Consumer(
        key="campaign",
        title=_("Campaigns"),
        process="1.3.4.1.3",
        order=50,
        needs=(
            Need(
                "marketing",
                _("Whether they want offers"),
                "consent:marketing",
                where=_("Ask once; no is an answer too."),
            ),
            Need("language", _("Language"), "party.language"),
        ),
    )
)
