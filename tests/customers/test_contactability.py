"""One question before every message: may we, where, and why."""

from datetime import UTC, datetime, time

import pytest

from crm.access import SYSTEM
from customers.contactability import may_contact
from customers.models import CommunicationNeed, ContactMedium, Party
from customers.processes.manage_consent import record_consent
from tests.customers.factories import a_medium, a_party

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-18")]

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def _reachable(*kinds: str) -> Party:
    party = a_party()
    values = {"email": "p@example.com", "mobile": "+447700900123", "address": "1 High Street"}
    for kind in kinds:
        a_medium(party, kind, values[kind])
    return party


def _refuse(party: Party, purpose: str, channel: str = "any", *, given: bool = False) -> None:
    record_consent(
        party_id=party.pk,
        purpose_key=purpose,
        channel=channel,
        given=given,
        source="call",
        actor=SYSTEM,
    )


def test_a_service_message_goes_by_email_unless_refused() -> None:
    answer = may_contact(party_id=_reachable("email", "mobile").pk, purpose="service", at=NOON)

    assert (answer.allowed, answer.channel) == (True, "email")
    assert answer.because == "Service messages: Contract, not refused."
    assert answer.medium is not None
    assert answer.medium.value == "p@example.com"


def test_marketing_needs_a_consent() -> None:
    party = _reachable("email")

    before = may_contact(party_id=party.pk, purpose="marketing", at=NOON)
    _refuse(party, "marketing", given=True)
    after = may_contact(party_id=party.pk, purpose="marketing", at=NOON)

    assert before.because == "Offers and news: needs a consent, and nobody has asked yet."
    assert (before.allowed, after.allowed) == (False, True)


def test_a_refused_channel_gives_way_to_the_next() -> None:
    party = _reachable("email", "mobile")
    _refuse(party, "service", "email")

    assert may_contact(party_id=party.pk, purpose="service", at=NOON).channel == "sms"


def test_a_refusal_for_every_channel_leaves_none() -> None:
    party = _reachable("email", "mobile")
    _refuse(party, "service")

    answer = may_contact(party_id=party.pk, purpose="service", at=NOON)

    assert answer.allowed is False
    assert answer.because.startswith("Service messages: refused on ")


def test_one_channel_allowed_after_a_general_refusal_is_allowed() -> None:
    party = _reachable("email", "mobile")
    _refuse(party, "marketing")
    _refuse(party, "marketing", "sms", given=True)

    assert may_contact(party_id=party.pk, purpose="marketing", at=NOON).channel == "sms"


def test_the_wish_of_the_customer_comes_first() -> None:
    party = _reachable("email", "mobile")
    CommunicationNeed.objects.create(party=party, topic="service", channel="sms")

    answer = may_contact(party_id=party.pk, purpose="service", at=NOON)

    assert answer.channel == "sms"
    assert answer.because.startswith("The customer prefers this way.")


def test_an_unreachable_contact_point_is_not_tried() -> None:
    party = _reachable("email", "mobile")
    ContactMedium.objects.filter(type="email").update(state="unreachable")

    assert may_contact(party_id=party.pk, purpose="service", at=NOON).channel == "sms"


@pytest.mark.parametrize(
    ("_case", "hour", "allowed"),
    [
        ("just before", 9, True),  # 21:00 in Auckland
        ("as quiet begins", 10, False),  # 22:00
        ("in the night", 15, False),  # 04:00
        ("as quiet ends", 19, True),  # 08:00
    ],
)
def test_quiet_hours_count_in_the_zone_of_the_customer(
    _case: str, hour: int, allowed: bool
) -> None:
    party = _reachable("email", "mobile")
    # Auckland is at +12 in July.
    CommunicationNeed.objects.create(
        party=party,
        topic="service",
        channel="email",
        quiet_from=time(22),
        quiet_to=time(7),
        time_zone="Pacific/Auckland",
    )
    at = datetime(2026, 7, 1, hour, tzinfo=UTC)

    answer = may_contact(party_id=party.pk, purpose="service", at=at)

    assert answer.allowed is allowed
    assert bool(answer.not_before) is not allowed


def test_quiet_hours_say_when_to_try_again() -> None:
    party = _reachable("email")
    CommunicationNeed.objects.create(
        party=party, channel="email", quiet_from=time(22), quiet_to=time(7), time_zone="UTC"
    )
    night = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)

    answer = may_contact(party_id=party.pk, purpose="service", at=night)

    assert answer.not_before == datetime(2026, 7, 2, 7, tzinfo=UTC)
    assert answer.because == "Quiet hours of the customer until 07:00."


def test_only_channels_the_caller_can_use_are_chosen() -> None:
    party = _reachable("email", "mobile")

    answer = may_contact(party_id=party.pk, purpose="service", among=["sms"], at=NOON)

    assert answer.channel == "sms"


def test_nobody_to_reach_is_said_in_words() -> None:
    answer = may_contact(party_id=a_party().pk, purpose="service", channel="email", at=NOON)

    assert answer.because == "No reachable contact point for email."
