"""TMF681 communicationMessage: kept for anybody, sent to customers who may be told."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.access import SYSTEM
from crm.web.models import AgentNotice
from customers.models import CommunicationNeed
from customers.processes.manage_consent import record_consent
from interactions.api.tmf681_communication.resource import PATH as MESSAGE
from interactions.models import Attachment, Communication, Interaction, Message
from interactions.processes.notify_customer.undelivered import arrived
from interactions.processes.serve_partners import send_planned
from tests.crm.tmf.partners import Partner, a_partner
from tests.customers.factories import a_customer, a_user
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


def planned(partner: Partner, *, hours: float = 2, **more: Any) -> dict[str, Any]:
    """A message for Priya, to be sent in so many hours."""
    at = (timezone.now() + timedelta(hours=hours)).isoformat()
    answer = partner.post(
        MESSAGE, {**LEAST, "receiver": [{"email": PRIYA}], "scheduledSendTime": at, **more}
    )
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def in_hours(hours: float) -> int:
    """What the sweep does when so much time has passed."""
    return send_planned(10, timezone.now() + timedelta(hours=hours))


def test_a_message_planned_for_later_is_taken_up_at_its_time_and_once(partner: Partner) -> None:
    a_customer(email=PRIYA)
    made = planned(partner)

    before = (made["state"], in_hours(1), Message.objects.count())
    after = (in_hours(3), in_hours(3), Message.objects.count())

    assert (before, after) == (("initial", 0, 0), (1, 0, 1))
    assert partner.get(made["href"]).json()["state"] == "inProgress"
    assert Interaction.objects.get().status == "completed"


@pytest.mark.req("R-CIM-18")
def test_whether_they_may_be_told_is_asked_at_the_time_it_is_planned_for(
    partner: Partner,
) -> None:
    customer = a_customer(email=PRIYA)
    made = planned(partner)
    record_consent(
        party_id=customer.party_id or 0, purpose_key="service", given=False, source="t",
        actor=SYSTEM,
    )  # fmt: skip

    in_hours(3)

    assert partner.get(made["href"]).json()["state"] == "failed"
    assert (Message.objects.exists(), Communication.objects.get().because) == (
        False, "The customer may not be told on any channel.",
    )  # fmt: skip


@pytest.mark.req("R-CIM-18")
def test_a_planned_message_waits_for_the_end_of_quiet_hours(partner: Partner) -> None:
    customer = a_customer(email=PRIYA)
    now = timezone.now()
    planned(partner)
    Communication.objects.update(send_at=now)
    CommunicationNeed.objects.create(
        party_id=customer.party_id or 0, topic="service", channel="email", time_zone="UTC",
        quiet_from=(now - timedelta(hours=1)).time(), quiet_to=(now + timedelta(hours=2)).time(),
    )  # fmt: skip

    send_planned(10, now)

    message = Message.objects.get()
    assert message.available_at > now + timedelta(hours=1, minutes=58)


def test_what_is_planned_can_be_called_off_moved_and_reworded(partner: Partner) -> None:
    a_customer(email=PRIYA)
    stopped, moved = planned(partner), planned(partner)
    later = (timezone.now() + timedelta(hours=9)).isoformat()

    assert partner.patch(stopped["href"], {"state": "cancelled"}).json()["state"] == "cancelled"
    partner.patch(moved["href"], {"scheduledSendTime": later, "content": "On Monday."})

    assert (in_hours(3), in_hours(10)) == (0, 1)
    assert Message.objects.get().body == "On Monday."


PDF = {"name": "plan.pdf", "mimeType": "application/pdf",
       "content": b64encode(b"%PDF-1.7 plan").decode()}  # fmt: skip


def test_attachments_go_along_once_they_were_looked_at(partner: Partner) -> None:
    a_customer(email=PRIYA)
    made = planned(partner, attachment=[PDF, {"name": "map", "url": "https://example.org/map"}])
    laid_by = Attachment.objects.get()

    in_hours(3)

    message = Message.objects.get()
    assert (laid_by.message, laid_by.state) == (None, "clear")
    assert [(one.name, bytes(one.content)) for one in message.attachments.all()] == [
        ("plan.pdf", b"%PDF-1.7 plan")
    ]
    assert len(partner.get(made["href"]).json()["attachment"]) == 2


def test_a_file_the_scanner_refused_meanwhile_stops_the_message(partner: Partner) -> None:
    a_customer(email=PRIYA)
    made = planned(partner, attachment=[PDF])
    Attachment.objects.update(state="held", because="The scanner found EICAR.")

    in_hours(3)

    assert partner.get(made["href"]).json()["state"] == "failed"
    assert Communication.objects.get().because == "“plan.pdf” was held back."


@pytest.mark.parametrize(
    ("_case", "file", "status"),
    [
        ("no base64", {"name": "plan.pdf", "content": "%%%"}, 400),
        ("could do harm", {"name": "plan.exe", "content": b64encode(b"MZ..").decode()}, 422),
    ],
)
def test_a_file_that_is_not_sent_is_refused_with_the_message(
    _case: str, file: dict[str, str], status: int, partner: Partner
) -> None:
    a_customer(email=PRIYA)

    answer = partner.post(MESSAGE, {**LEAST, "receiver": [{"email": PRIYA}], "attachment": [file]})

    assert answer.status_code == status
    assert (Message.objects.exists(), Interaction.objects.exists()) == (False, False)


def test_a_file_goes_by_no_channel_without_room_for_it(partner: Partner) -> None:
    customer = a_customer(email=PRIYA)
    record_consent(
        party_id=customer.party_id or 0, purpose_key="service", channel="email", given=False,
        source="t", actor=SYSTEM,
    )  # fmt: skip

    made = planned(partner, hours=-1, attachment=[PDF])

    assert (made["state"], Message.objects.exists()) == ("failed", False)


def the_database_refuses(table: str, event: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refused BEFORE {event} ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse()"
        )


def test_a_try_that_was_rolled_back_leaves_no_name_of_its_message(partner: Partner) -> None:
    a_customer(email=PRIYA)
    made = planned(partner, attachment=[PDF])
    # After the message was queued, and before the try is over.
    the_database_refuses("interactions_attachment", "UPDATE")

    in_hours(3)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refused ON interactions_attachment")
    (asked,) = Communication.objects.all()

    assert (asked.message, asked.tries, asked.state) == (None, 1, "initial")
    assert in_hours(4) == 1
    assert partner.get(made["href"]).json()["state"] == "inProgress"


@pytest.mark.req("R-TMI-10")
def test_what_fails_each_time_is_given_up_and_said_aloud_once(partner: Partner) -> None:
    a_customer(email=PRIYA)
    a_user(role="administrator")
    made = planned(partner)
    the_database_refuses("interactions_message", "INSERT")
    tried = list[timedelta]()
    now = timezone.now() + timedelta(hours=3)

    while (asked := Communication.objects.get()).send_at and len(tried) < 20:
        at = max(now, asked.send_at)
        tried.append(at - now)
        send_planned(10, at)
        now = at

    minutes = [int(wait.total_seconds()) // 60 for wait in tried]
    assert minutes == [0, 1, 2, 4, 8, 16, 32, 60]
    assert partner.get(made["href"]).json()["state"] == "failed"
    assert AgentNotice.objects.get().dedupe_key == f"communication:{asked.pk}:given-up"


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


def test_half_a_try_is_no_number_of_tries(partner: Partner) -> None:
    assert partner.get(f"{MESSAGE}?tryTimes=1e2").status_code == 200
    assert partner.get(f"{MESSAGE}?tryTimes=0.5").status_code == 400


def test_a_merge_patch_that_leaves_half_a_reference_contradicts_what_is_there(
    partner: Partner,
) -> None:
    made = partner.post(MESSAGE, LEAST).json()
    whole = {"party": {"id": "p-1", "role": "sales"}}

    half = partner.patch(made["href"], {"sender": {"party": {"role": "sales"}}})
    assert (half.status_code, half.json()["code"]) == (409, "patch-not-applicable")

    assert partner.patch(made["href"], {"sender": whole}).status_code == 200
    more = partner.patch(made["href"], {"sender": {"party": {"role": "care"}}})
    assert more.json()["sender"]["party"] == {"id": "p-1", "role": "care"}


def test_false_is_no_number_although_a_kept_nought_equals_it(partner: Partner) -> None:
    made = partner.post(MESSAGE, {**LEAST, "tryTimes": 0}).json()

    assert partner.patch(made["href"], {"tryTimes": False}).status_code == 400
    assert partner.patch(made["href"], {"tryTimes": 0}).status_code == 200


def test_a_client_without_permission_sends_nothing() -> None:
    reader = a_partner("interactions.view_interaction", "interactions.view_all_interactions")

    assert reader.post(MESSAGE, LEAST).status_code == 403
    assert Communication.objects.exists() is False
