"""The purposes for which we may use what we hold: the catalogue an installation starts with."""

from dataclasses import dataclass

from crm.starter import starter
from customers.models import ConsentPurpose

_Basis = ConsentPurpose.Basis


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose as shipped; an installation may add its own in the admin."""

    key: str
    name: str
    description: str
    basis: str = _Basis.CONSENT
    allowed_by_default: bool = False


# Shipped in English; the rows are the installation's own to reword and translate.
PURPOSES = (
    Purpose(
        "service",
        "Service messages",
        "Faults, repairs, orders, bills and answers to what the customer asked us.",
        _Basis.CONTRACT,
        True,
    ),
    Purpose(
        "legal-notice",
        "Notices the law requires",
        "Changes of terms, security and data-protection notices. They cannot be refused.",
        _Basis.LEGAL,
        True,
    ),
    Purpose(
        "marketing",
        "Offers and news",
        "Offers, upgrades and news that the customer did not ask for.",
    ),
    Purpose(
        "survey",
        "Surveys",
        "Short questions about how we did. Asked rarely, and never twice for one matter.",
        _Basis.INTEREST,
        True,
    ),
    Purpose(
        "usage-insight",
        "Insight from usage",
        "How services are used, to advise on a better fit. Totals only, never who was called.",
    ),
    Purpose(
        "location",
        "Location",
        "Where a device is, beyond what carrying the connection needs.",
    ),
    Purpose(
        "archiving",
        "Archiving closed matters",
        "Moving what is closed out of daily reach. Refused, it stays online.",
        _Basis.INTEREST,
        True,
    ),
    Purpose(
        "partner-sharing",
        "Sharing with partners",
        "Passing data to other companies for their own offers.",
    ),
)


def shipped(key: str) -> ConsentPurpose | None:
    """The purpose as shipped, unsaved; None when the catalogue does not know it."""
    for purpose in PURPOSES:
        if purpose.key == key:
            return ConsentPurpose(
                key=purpose.key,
                name=purpose.name,
                description=purpose.description,
                basis=purpose.basis,
                allowed_by_default=purpose.allowed_by_default,
            )
    return None


@starter(order=40, title="consent catalogue")
def load_consent_catalogue() -> str:
    """Write the purposes that are missing; what an installation reworded stays."""
    known = set(ConsentPurpose.objects.values_list("key", flat=True))
    missing = [shipped(purpose.key) for purpose in PURPOSES if purpose.key not in known]
    ConsentPurpose.objects.bulk_create([purpose for purpose in missing if purpose])
    return f"{len(PURPOSES)} purposes"
