"""Create Customer Record."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Customer, Identifier, Party, SearchToken
from customers.processes.record_customer import record_customer, record_party
from tests.customers.factories import a_party, an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-5")]


def test_a_person_is_recorded_with_contact_points_in_one_spelling() -> None:
    party = record_party(
        kind="individual",
        fields={"given_name": "Zoë", "family_name": "O'Brien"},
        contact_media=[
            {"type": "mobile", "value": "07700 900123"},
            {"type": "email", "value": "Zoe@EXAMPLE.org"},
            {"type": "phone", "value": "extension 12"},
        ],
        identifiers=[{"kind": "external", "issuer": "billing", "value": "B-1"}],
        actor=SYSTEM,
    )

    assert party.name == "Zoë O'Brien"
    assert list(party.contact_media.order_by("pk").values_list("value", "normalised")) == [
        ("07700 900123", "+447700900123"),
        ("Zoe@EXAMPLE.org", "zoe@example.org"),
        ("extension 12", ""),
    ]
    assert Identifier.objects.get().party == party
    assert OutboxEvent.objects.get().payload == {
        "party_id": party.pk,
        "party_kind": "individual",
    }


def test_a_customer_without_a_number_gets_the_next_one() -> None:
    party = a_party()

    numbers = [
        record_customer(name="Priya Nair", party_id=party.pk, actor=SYSTEM).number for _ in range(2)
    ]

    first, second = (int(number.removeprefix("C-")) for number in numbers)
    assert second == first + 1
    assert OutboxEvent.objects.filter(name="customer.created").count() == 2


def test_a_recorded_customer_can_be_found_by_folded_words() -> None:
    party = a_party(given_name="Zoë", family_name="Łuczak")

    customer = record_customer(name="Zoë Łuczak", party_id=party.pk, number="AB-12", actor=SYSTEM)

    found = SearchToken.objects.filter(customer=customer).values_list("kind", "token")
    assert set(found) == {
        ("name", "zoe"),
        ("name", "luczak"),
        ("pair", "&zoe luczak"),
        ("pair", "&luczak zoe"),
        ("number", "ab12"),
        ("number", "ab"),
        ("number", "12"),
        ("tail", "<21ba"),
    }


def test_a_number_is_given_once() -> None:
    record_customer(name="First", party_id=None, number="N-1", actor=SYSTEM)

    with pytest.raises(RuleBroken) as broken:
        record_customer(name="Second", party_id=None, number="N-1", actor=SYSTEM)

    assert (broken.value.code, broken.value.field) == ("already-recorded", "number")
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("_case", "fields", "code", "kind"),
    [
        ("unknown field", {"shoe_size": 43}, "unknown-field", "input"),
        ("unknown status", {"status": "asleep"}, "not-valid", "invalid"),
        ("ended at birth", {"status": "terminated"}, "end-with-a-reason", "invalid"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    _case: str, fields: dict[str, object], code: str, kind: str
) -> None:
    with pytest.raises(RuleBroken) as broken:
        record_customer(name="X", party_id=None, fields=fields, actor=SYSTEM)

    assert (broken.value.code, broken.value.kind) == (code, kind)


def test_who_may_not_record_leaves_nothing_behind() -> None:
    agent = an_agent("view_customer")

    with pytest.raises(PermissionDenied):
        record_party(kind="individual", fields={"name": "X"}, actor=agent)
    with pytest.raises(PermissionDenied):
        record_customer(name="X", party_id=None, actor=agent)

    assert (Party.objects.count(), OutboxEvent.objects.count()) == (0, 0)
