"""Who answers for a record by now: itself, or the one it was merged into."""

from uuid import UUID

from customers.models import Customer, MergedRecord, Party


def answering(kind: str, record_id: int) -> int:
    """The record that answers for this one, however many merges lie between."""
    return holders(kind, record_id)[-1]


def holders(kind: str, record_id: int) -> list[int]:
    """The record itself, and each that answers for the one before."""
    found = [record_id]
    while True:
        further = (
            MergedRecord.objects.standing()
            .filter(kind=kind, record_id=found[-1])
            .values_list("survivor_id", flat=True)
            .first()
        )
        if further is None or further in found:
            return found
        found.append(further)


def customer_answering(public_id: str) -> UUID | None:
    """The public id of the customer that answers for this one; None when it needs nobody."""
    return _answering(Customer, MergedRecord.Kind.CUSTOMER, public_id)


def party_answering(public_id: str) -> UUID | None:
    """The same for a person or an organisation."""
    return _answering(Party, MergedRecord.Kind.PARTY, public_id)


def _answering(model: type[Customer] | type[Party], kind: str, public_id: str) -> UUID | None:
    rows = model._base_manager
    record_id = rows.filter(public_id=public_id).values_list("pk", flat=True).first()
    if record_id is None:
        return None
    other = answering(kind, record_id)
    if other == record_id:
        return None
    found: UUID | None = rows.filter(pk=other).values_list("public_id", flat=True).first()
    return found


def customers_of_merge(merge_id: int) -> list[int]:
    """The customers a merge was about, those that answer and those answered for."""
    pairs = MergedRecord.objects.filter(
        merge=merge_id, kind=MergedRecord.Kind.CUSTOMER
    ).values_list("survivor_id", "record_id")
    return sorted({pk for pair in pairs for pk in pair})
