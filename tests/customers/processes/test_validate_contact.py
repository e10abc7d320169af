"""Validate Contact: codes, call-backs, documents, and what deliveries say."""

import re
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers import code_channels
from customers.contactability import may_contact
from customers.models import ContactCheck, ContactMedium
from customers.processes.validate_contact import (
    confirm_by_hand,
    confirm_code,
    mark_unreachable,
    send_code,
    validate_contact,
)
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CIM-17")
def test_an_address_that_bounced_is_marked_once_and_not_used_again() -> None:
    customer = a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get(value="priya@example.org")

    said = [mark_unreachable(medium_id=medium.pk, reason="550", actor=SYSTEM) for _ in range(2)]

    medium.refresh_from_db()
    assert (said, medium.state) == ([True, False], "unreachable")
    assert customer.party_id is not None
    answer = may_contact(party_id=customer.party_id, purpose="service", channel="email")
    assert answer.allowed is False


@pytest.mark.req("R-CIM-17")
def test_a_bounce_names_where_to_try_next() -> None:
    customer = a_customer(email="priya@example.org", phone="07700 900123")
    mail = ContactMedium.objects.get(type="email")

    mark_unreachable(medium_id=mail.pk, reason="550 unknown", actor=SYSTEM)

    event = OutboxEvent.objects.get(name="contact_point.unreachable")
    mobile = ContactMedium.objects.get(type="mobile")
    assert event.payload == {
        "party_id": customer.party_id,
        "customer_id": customer.pk,
        "medium_id": mail.pk,
        "next_channel": "sms",
        "next_medium_id": mobile.pk,
    }
    mail.refresh_from_db()
    assert mail.unreachable_because == "550 unknown"


def code_in(mail: Any) -> str:
    found = re.search(r"\b\d{6}\b", mail.body)
    assert found
    return found[0]


@pytest.fixture
def _channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-mail and SMS are in use in these tests; gateways connected here are theirs alone."""
    monkeypatch.setattr(code_channels, "_connected", dict(code_channels._connected))
    monkeypatch.setattr(code_channels, "resolve", lambda *_args, **_more: None)


@pytest.mark.req("R-CIM-17")
@pytest.mark.usefixtures("_channels")
def test_the_code_that_was_mailed_verifies_the_address_and_is_stored_nowhere() -> None:
    a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get()

    check = send_code(medium_id=medium.pk, actor=SYSTEM)
    code = code_in(mail.outbox[-1])
    kept = ContactCheck.objects.get()
    assert code not in str(vars(kept))
    confirm_code(medium_id=medium.pk, code=f" {code[:3]} {code[3:]} ", actor=SYSTEM)

    medium.refresh_from_db()
    check.refresh_from_db()
    assert (medium.state, medium.verified_by) == ("verified", "email-code")
    assert (check.state, check.code_hash) == ("passed", "")
    assert OutboxEvent.objects.get(name="contact_point.verified").payload["method"] == "email-code"


@pytest.mark.req("R-CIM-17")
@pytest.mark.usefixtures("_channels")
def test_three_wrong_codes_end_the_attempt() -> None:
    a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get()
    send_code(medium_id=medium.pk, actor=SYSTEM)
    right = code_in(mail.outbox[-1])
    wrong = "000000" if right != "000000" else "111111"

    refused = []
    for code in (wrong, wrong, wrong, right):
        with pytest.raises(RuleBroken) as broken:
            confirm_code(medium_id=medium.pk, code=code, actor=SYSTEM)
        refused.append(broken.value.code)

    assert refused == ["wrong-code"] * 3 + ["no-code-waits"]
    medium.refresh_from_db()
    assert medium.state == "unverified"


@pytest.mark.req("R-CIM-17")
@pytest.mark.usefixtures("_channels")
def test_a_code_is_good_for_ten_minutes_and_the_newest_alone_counts() -> None:
    a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get()
    send_code(medium_id=medium.pk, actor=SYSTEM)
    send_code(medium_id=medium.pk, actor=SYSTEM)
    first, second = (code_in(one) for one in mail.outbox[-2:])
    states = ContactCheck.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "pending"]
    ContactCheck.objects.update(expires_at=timezone.now())

    for code in (first, second):
        with pytest.raises(RuleBroken):
            confirm_code(medium_id=medium.pk, code=code, actor=SYSTEM)


@pytest.mark.req("R-CIM-17")
@pytest.mark.usefixtures("_channels")
def test_sms_says_honestly_that_nothing_carries_it_until_a_gateway_is_connected() -> None:
    a_customer(phone="07700 900123")
    medium = ContactMedium.objects.get()

    with pytest.raises(RuleBroken) as broken:
        send_code(medium_id=medium.pk, actor=SYSTEM)
    assert "No SMS gateway is connected" in broken.value.message
    assert not ContactCheck.objects.exists()

    sent: list[str] = []

    def gateway(to: str, _subject: str, text: str) -> str:
        sent.append(f"{to} {text}")
        return ""

    code_channels.connect("sms", gateway)
    send_code(medium_id=medium.pk, actor=SYSTEM)
    assert sent[0].startswith("07700 900123 ")
    assert ContactCheck.objects.get().sent_at is not None


@pytest.mark.req("R-CIM-17")
def test_a_channel_that_nobody_introduced_carries_no_code() -> None:
    a_customer(email="priya@example.org")
    forget_snapshot()

    with pytest.raises(RuleBroken, match="No accepted version"):
        send_code(medium_id=ContactMedium.objects.get().pk, actor=SYSTEM)


@pytest.mark.req("R-CIM-17")
@pytest.mark.usefixtures("_channels")
def test_a_code_that_did_not_leave_is_said_and_waits_for_nothing() -> None:
    a_customer(email="priya@example.org")
    medium = ContactMedium.objects.get()
    code_channels.connect("email", lambda *_said: "server away")

    with pytest.raises(RuleBroken, match="server away"):
        send_code(medium_id=medium.pk, actor=SYSTEM)

    assert ContactCheck.objects.get().state == "failed"


@pytest.mark.req("R-CIM-17")
@pytest.mark.parametrize("method", ["call-back", "document"])
def test_a_call_back_or_a_document_verifies_too_and_says_what_it_was(method: str) -> None:
    a_customer(phone="07700 900123")
    medium = ContactMedium.objects.get()
    mark_unreachable(medium_id=medium.pk, reason="550", actor=SYSTEM)

    with pytest.raises(RuleBroken):
        confirm_by_hand(medium_id=medium.pk, method=method, reference=" ", actor=SYSTEM)
    confirm_by_hand(medium_id=medium.pk, method=method, reference="passport 771", actor=SYSTEM)

    medium.refresh_from_db()
    assert (medium.state, medium.verified_by, medium.unreachable_because) == (
        "verified", method, "",
    )  # fmt: skip
    assert ContactCheck.objects.get().reference == "passport 771"


@pytest.mark.req("R-CIM-17")
@pytest.mark.parametrize(
    ("_case", "prepare", "value", "status"),
    [
        ("unreadable", None, "12", "unreachable"),
        ("nobody's", None, "07700 900999", "unknown"),
        ("theirs, never verified", None, "+44 7700 900123", "unknown"),
        ("theirs, verified", "verify", "07700900123", "valid"),
        ("theirs, came back", "bounce", "07700900123", "unreachable"),
        ("somebody else's", "other", "07700 900777", "duplicate"),
    ],
)
def test_a_contact_point_is_valid_unreachable_unknown_or_a_duplicate(
    _case: str, prepare: str | None, value: str, status: str
) -> None:
    customer = a_customer(phone="07700 900123")
    medium = ContactMedium.objects.get()
    if prepare == "verify":
        confirm_by_hand(medium_id=medium.pk, method="call-back", reference="her", actor=SYSTEM)
    elif prepare == "bounce":
        mark_unreachable(medium_id=medium.pk, reason="550", actor=SYSTEM)
    elif prepare == "other":
        other = a_customer(phone="07700 900777")

    said = validate_contact(type="mobile", value=value, customer_id=customer.pk, actor=SYSTEM)

    assert said.status == status
    if prepare == "other":
        assert [one.pk for one in said.holders] == [other.pk]
