"""Keep Communication Needs, and the messages that ask for them."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.contactability import may_contact
from customers.models import CommunicationNeed, Party
from customers.processes.keep_needs import record_need, remove_need
from tests.customers.factories import a_medium, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-18")]

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)


def wished(party: Party, topic: str, **fields: Any) -> CommunicationNeed:
    return record_need(
        party_id=party.pk,
        topic=topic,
        fields={"channel": "email", **fields},
        trigger="customer-notified",
        actor=SYSTEM,
    )


def reachable() -> Party:
    party = a_party()
    a_medium(party, "email", "amara@example.org")
    a_medium(party, "mobile", "07700 900318")
    return party


def test_each_topic_goes_its_own_way() -> None:
    party = reachable()
    wished(party, "service", channel="sms")
    wished(party, "bill", channel="email")

    def channel(topic: str) -> str:
        return may_contact(party_id=party.pk, purpose="service", topic=topic, at=NOON).channel

    assert [channel("bill"), channel("outage"), channel("")] == ["email", "sms", "sms"]


def test_the_person_named_for_a_topic_is_the_one_who_is_told() -> None:
    party, accountant = reachable(), a_party(given_name="Ngozi")
    medium = a_medium(accountant, "email", "books@example.org")
    wished(party, "bill", contact_person_id=accountant.pk)

    told = may_contact(party_id=party.pk, purpose="service", topic="bill", at=NOON)

    assert told.medium == medium
    assert "A person the customer named." in told.because
    other = may_contact(party_id=party.pk, purpose="service", topic="order", at=NOON)
    assert other.medium is not None
    assert other.medium.party_id == party.pk


def test_quiet_hours_hold_for_their_topic() -> None:
    party = reachable()
    wished(party, "order", quiet_from=time(8), quiet_to=time(17), time_zone="UTC")

    answer = may_contact(party_id=party.pk, purpose="service", topic="order", at=NOON)

    assert (answer.allowed, answer.not_before) == (
        False, datetime(2026, 11, 19, 17, 0, tzinfo=UTC),
    )  # fmt: skip


def test_the_latest_wish_holds_and_the_earlier_one_stays_in_history() -> None:
    party = reachable()
    wished(party, "bill", format="large-print")

    need = wished(party, "bill", format="braille")

    assert CommunicationNeed.objects.get().format == "braille"
    assert need.events.get().format == "large-print"  # type: ignore[attr-defined]  # made by pghistory


def test_a_dropped_wish_lets_the_general_one_hold() -> None:
    party = reachable()
    wished(party, "service", channel="sms")
    wished(party, "bill")

    gone = [
        remove_need(party_id=party.pk, topic="bill", trigger="customer-notified", actor=SYSTEM)
        for _ in range(2)
    ]

    assert gone == [True, False]
    assert may_contact(party_id=party.pk, purpose="service", topic="bill", at=NOON).channel == "sms"


@pytest.mark.parametrize(
    ("field", "topic", "fields"),
    [
        ("topic", "weather", {}),
        ("channel", "bill", {"channel": "pigeon"}),
        ("quiet_to", "bill", {"quiet_from": time(20)}),
        ("time_zone", "bill", {"time_zone": "Mars/North"}),
        ("contact_person", "bill", {"contact_person_id": 0}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    field: str, topic: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(RuleBroken) as broken:
        wished(reachable(), topic, **fields)

    assert broken.value.field == field
