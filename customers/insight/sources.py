"""The register of sources an installation starts with."""

from dataclasses import dataclass

from crm.starter import starter
from customers.insight.models import Source


@dataclass(frozen=True, slots=True)
class Shipped:
    """A source as shipped; the installation may change trust and basis."""

    key: str
    name: str
    owner: str
    trust: int
    basis: str = "contract"


SHIPPED = (
    Shipped("contact", "Learnt in a contact", "Customer care", 80),
    Shipped("self-service", "Said by the customer online", "Customer care", 85),
    Shipped("back-office", "Recorded by us", "Customer care", 75),
    Shipped("import", "Imported file", "Data stewardship", 65),
    Shipped("partner", "Partner system", "Partner management", 50),
)


def find(key: str) -> Source | None:
    """The source of that key; a shipped one is written when it is first used."""
    found = Source.objects.filter(key=key).first()
    shipped = next((source for source in SHIPPED if source.key == key), None)
    if found is None and shipped is not None:
        return _write(shipped)
    return found


def _write(source: Shipped) -> Source:
    written, _made = Source.objects.get_or_create(
        key=source.key,
        defaults={
            "name": source.name,
            "owner": source.owner,
            "trust": source.trust,
            "basis": source.basis,
        },
    )
    return written


@starter(order=41, title="source register")
def load_sources() -> str:
    """Write the shipped sources that are missing."""
    for source in SHIPPED:
        _write(source)
    return f"{len(SHIPPED)} sources"
