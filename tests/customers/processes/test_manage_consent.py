"""Consents are kept with their proof, in both directions."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from crm.ids import new_id
from customers.models import Consent, ConsentPurpose
from customers.processes.manage_consent import record_consent
from tests.customers.factories import a_customer, a_party, an_agent

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-BCI-3")
def test_a_refusal_replaces_the_consent_and_both_stay() -> None:
    party = a_party()
    contact = new_id()

    record_consent(
        party_id=party.pk, purpose_key="marketing", given=True, source="web", actor=SYSTEM
    )
    record_consent(
        party_id=party.pk,
        purpose_key="marketing",
        given=False,
        source="call",
        wording="May we tell you about offers?",
        interaction=contact,
        actor=SYSTEM,
    )

    kept = Consent.objects.order_by("pk").values_list("given", "interaction", "source")
    assert list(kept) == [(True, None, "web"), (False, contact, "call")]
    assert Consent.objects.in_force().get().given is False


def test_everyone_who_listens_is_told_of_the_customer() -> None:
    customer = a_customer()

    record_consent(
        party_id=customer.party_id or 0,
        purpose_key="marketing",
        channel="sms",
        given=False,
        source="call",
        actor=SYSTEM,
    )

    assert OutboxEvent.objects.get().payload == {
        "party_id": customer.party_id,
        "customer_id": customer.pk,
        "purpose": "marketing",
        "channel": "sms",
        "given": False,
    }


def test_the_same_answer_twice_is_one_answer() -> None:
    party = a_party()

    for _ in range(2):
        record_consent(
            party_id=party.pk, purpose_key="survey", given=False, source="call", actor=SYSTEM
        )

    assert Consent.objects.count() == 1
    assert OutboxEvent.objects.count() == 1


def test_an_answer_for_every_channel_replaces_those_for_one() -> None:
    party = a_party()
    for channel, given in (("email", True), ("any", False)):
        record_consent(
            party_id=party.pk,
            purpose_key="marketing",
            channel=channel,
            given=given,
            source="call",
            actor=SYSTEM,
        )

    assert [c.channel for c in Consent.objects.in_force()] == ["any"]


def test_what_the_law_requires_cannot_be_refused() -> None:
    party = a_party()

    with pytest.raises(RuleBroken) as refusal:
        record_consent(
            party_id=party.pk, purpose_key="legal-notice", given=False, source="call", actor=SYSTEM
        )

    assert refusal.value.code == "purpose-cannot-be-refused"
    assert Consent.objects.exists() is False


def test_an_unknown_purpose_is_named() -> None:
    party = a_party()

    with pytest.raises(RuleBroken, match="astrology"):
        record_consent(
            party_id=party.pk, purpose_key="astrology", given=True, source="call", actor=SYSTEM
        )


def test_whoever_may_not_record_consents_changes_nothing() -> None:
    party = a_party()

    with pytest.raises(PermissionDenied):
        record_consent(
            party_id=party.pk,
            purpose_key="marketing",
            given=True,
            source="call",
            actor=an_agent("view_party"),
        )

    assert ConsentPurpose.objects.exists() is False
