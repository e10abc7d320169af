"""TMF681 communicationMessage: kept for anybody, sent to customers who may be told."""

from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.processes.manage_consent import record_consent
from interactions.api.tmf681_communication.resource import PATH as MESSAGE
from interactions.models import Communication, Interaction, Message
from interactions.processes.notify_customer.undelivered import arrived
from tests.crm.tmf.partners import Partner, a_partner
from tests.customers.factories import a_customer
from tests.interactions.factories import governed

pytestmark = pytest.mark.django_db
LEAST = {"content": "We dig on Friday.", "receiver": [{}], "sender": {}, "messageType": "SMS"}
PRIYA = "priya@example.org"


@pytest.fixture(autouse=True)
def _in_use(db: None) -> None:
    governed()


@pytest.mark.req("R-TMI-4")
def test_a_message_for_nobody_we_know_is_kept_and_not_sent(partner: Partner) -> None:
    answer = partner.post(MESSAGE, LEAST)

    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in LEAST} == LEAST
    assert (body["state"], body["@type"]) == ("initial", "CommunicationMessage")
    assert Message.objects.exists() is False


@pytest.mark.parametrize("missing", list(LEAST))
def test_what_the_specification_requires_is_required(missing: str, partner: Partner) -> None:
    body = {name: value for name, value in LEAST.items() if name != missing}

    assert partner.post(MESSAGE, body).status_code == 400


@pytest.mark.parametrize("by", ["party", "address"])
@pytest.mark.req("R-TMI-10", "R-CIM-18")
def test_a_message_for_a_customer_is_a_notice_on_the_channel_they_permit(
    by: str, partner: Partner
) -> None:
    customer = a_customer(email=PRIYA)
    receiver: dict[str, Any] = (
        {"email": PRIYA}
        if by == "address"
        else {"party": {"id": str(customer.public_id), "@referredType": "Customer"}}
    )

    made = partner.post(MESSAGE, {**LEAST, "receiver": [receiver], "subject": "Digging"}).json()

    message = Message.objects.get()
    assert (made["state"], message.recipient, message.kind) == ("inProgress", PRIYA, "notice")
    assert Interaction.objects.get().customer_id == customer.pk

    Message.objects.update(state="sent", sent_at=message.created_at)
    assert partner.get(made["href"]).json()["state"] == "completed"
    arrived(message_id=message.pk)
    assert "sendTimeComplete" in partner.get(made["href"]).json()


@pytest.mark.req("R-CIM-18")
def test_a_customer_who_said_no_is_not_told_and_the_partner_hears_that(
    partner: Partner,
) -> None:
    customer = a_customer(email=PRIYA)
    record_consent(
        party_id=customer.party_id or 0, purpose_key="service", given=False, source="t",
        actor=SYSTEM,
    )  # fmt: skip

    made = partner.post(MESSAGE, {**LEAST, "receiver": [{"email": PRIYA}]}).json()

    assert (made["state"], Message.objects.exists()) == ("failed", False)


def test_a_message_that_has_not_left_can_be_cancelled_and_one_that_has_can_not(
    partner: Partner,
) -> None:
    a_customer(email=PRIYA)
    made = partner.post(MESSAGE, {**LEAST, "receiver": [{"email": PRIYA}]}).json()

    stopped = partner.patch(made["href"], {"state": "cancelled"})
    assert (stopped.json()["state"], Message.objects.get().state) == ("cancelled", "dropped")

    sent = partner.post(MESSAGE, {**LEAST, "receiver": [{"email": PRIYA}]}).json()
    Message.objects.filter(state="queued").update(state="sent", sent_at=timezone.now())
    assert partner.patch(sent["href"], {"state": "cancelled"}).status_code == 409


def test_what_is_removed_is_gone_for_the_partner_and_stays_here(partner: Partner) -> None:
    made = partner.post(MESSAGE, LEAST).json()

    assert partner.delete(made["href"]).status_code == 204
    assert partner.get(made["href"]).status_code == 404
    assert Communication.objects.count() == 1


def test_filters_and_everything_else_that_was_said(partner: Partner) -> None:
    partner.post(
        MESSAGE,
        {**LEAST, "tryTimes": 3, "logFlag": True, "scheduledSendTime": "2030-01-01T00:00:00Z"},
    )

    for query in ("messageType=SMS", "state=initial", "tryTimes=3", "logFlag=true"):
        assert len(partner.get(f"{MESSAGE}?{query}").json()) == 1, query


def test_a_client_without_permission_sends_nothing() -> None:
    reader = a_partner("interactions.view_interaction", "interactions.view_all_interactions")

    assert reader.post(MESSAGE, LEAST).status_code == 403
    assert Communication.objects.exists() is False
