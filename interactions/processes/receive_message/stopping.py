"""“STOP” by SMS: nothing is sent to them there any more, for whatever may be refused."""

from crm.access import SYSTEM
from customers.models import ConsentPurpose, Customer
from customers.processes.manage_consent import record_consent

_ALSO = ("service", "marketing", "survey")


def stop(*, channel: str, customer_id: int) -> None:
    """Withdraw consent for the channel; of somebody unknown the wish stays with the message."""
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None or customer.party_id is None:
        return
    stored = ConsentPurpose.objects.exclude(basis=ConsentPurpose.Basis.LEGAL)
    for purpose in sorted({*_ALSO, *stored.values_list("key", flat=True)}):
        record_consent(
            party_id=customer.party_id,
            purpose_key=purpose,
            channel=channel,
            given=False,
            source=f"{channel}: STOP",
            customer_id=customer.pk,
            actor=SYSTEM,
        )
