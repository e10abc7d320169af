"""“STOP” by SMS: nothing is sent to them there any more, for whatever may be refused."""

from crm.access import SYSTEM
from customers.models import ConsentPurpose, Customer
from customers.processes.manage_consent import record_consent
from interactions.models import Message

_ALSO = ("service", "marketing", "survey")


def stop(*, message: Message, customer_id: int | None, address: str) -> None:
    """Withdraw consent for the channel; of somebody unknown the wish stays with the message."""
    customer = Customer.objects.filter(pk=customer_id).first() if customer_id else None
    if customer is None or customer.party_id is None:
        return
    stored = ConsentPurpose.objects.exclude(basis=ConsentPurpose.Basis.LEGAL)
    for purpose in sorted({*_ALSO, *stored.values_list("key", flat=True)}):
        record_consent(
            party_id=customer.party_id,
            purpose_key=purpose,
            channel=message.channel,
            given=False,
            source=f"{message.channel}: STOP",
            interaction=message.interaction.public_id,
            customer_id=customer.pk,
            actor=SYSTEM,
        )
