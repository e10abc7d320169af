"""The reasons a telecom customer gets in touch: the list an installation starts with."""

from typing import Final

from crm.starter import starter
from interactions.models import Reason

# Shipped in English; the rows are the installation's own to reword and translate.
REASONS: Final = {
    "fulfilment": {
        "new-order": "New order",
        "order-status": "Where is my order?",
        "activation": "Activation",
        "number-porting": "Keep my number",
        "move-house": "Moving house",
        "change-plan": "Change of plan",
        "cancel-service": "Cancel a service",
        "sim-card": "SIM card",
        "equipment-delivery": "Equipment delivery",
        "appointment": "Technician appointment",
        "update-my-data": "Change my details",
    },
    "assurance": {
        "no-service": "No service",
        "slow-internet": "Slow internet",
        "dropped-calls": "Dropped calls",
        "mobile-coverage": "Mobile coverage",
        "tv-fault": "TV fault",
        "equipment-fault": "Equipment fault",
        "email-service": "E-mail service",
        "planned-work": "Planned work",
        "how-to": "How does it work?",
        "general-complaint": "Complaint about service",
        "general": "Other",
    },
    "billing": {
        "bill-question": "Question about a bill",
        "bill-too-high": "Bill too high",
        "charge-disputed": "Disputed charge",
        "data-cap": "Data allowance and overage",
        "payment-failed": "Payment failed",
        "payment-plan": "Payment plan",
        "refund": "Refund",
        "roaming-charges": "Roaming charges",
        "change-of-payment": "Change of payment method",
    },
}


@starter(order=30, title="reasons for a contact")
def load_reasons() -> str:
    """Add the reasons that are missing; what an installation reworded stays as it is."""
    known = set(Reason.objects.values_list("key", flat=True))
    missing = [
        Reason(key=key, name=name, vertical=vertical)
        for vertical, reasons in REASONS.items()
        for key, name in reasons.items()
        if key not in known
    ]
    Reason.objects.bulk_create(missing, ignore_conflicts=True)
    return f"{len(missing)} reasons added"
