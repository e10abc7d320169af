"""Two records of one person, and the case that says so."""

from datetime import timedelta

from django.utils import timezone

from customers.models import Customer, DuplicateCase, Party
from tests.customers.factories import a_customer, a_party


def a_pair(number: int = 1) -> DuplicateCase:
    """Two records of one person, and the case that says so."""
    customers = []
    for given, language in (("Tomasz", "pl"), ("Tomas", "en")):
        party = a_party(
            given_name=given, family_name="Wieczorek", birth_date=f"198{number}-05-02",
            language=language,
        )  # fmt: skip
        customers.append(a_customer(party=party, phone=f"07700 9{number}{number}671"))
    return a_case(customers)


def a_case(customers: list[Customer]) -> DuplicateCase:
    reasons = [
        {"key": "phone", "level": 4, "bits": 15.5},
        {"key": "given_name", "level": 3, "bits": 6.1},
        {"key": "email", "level": 1, "bits": -3.0},
    ]
    left, right = (party_of(customer) for customer in customers)
    return DuplicateCase.objects.create(
        left=left, right=right, score=99, sure=True, reasons=reasons, source="run"
    )


def party_of(customer: Customer) -> Party:
    assert customer.party
    return customer.party


def found_yesterday(case: DuplicateCase) -> DuplicateCase:
    """The same, so that whatever is edited now is edited since."""
    case.found_at = timezone.now() - timedelta(days=1)
    case.save(update_fields=["found_at"])
    return case
