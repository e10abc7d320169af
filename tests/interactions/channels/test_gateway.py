"""Sending over a gateway: signed, bounded, never inside, once; SMS parts, receipts and STOP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Consent, ContactMedium
from interactions.channels import smpp
from interactions.channels.outcome import Outcome
from interactions.channels.segments import segments
from interactions.models import CarrierState, Inbound, Interaction, Message
from interactions.processes.notify_customer import send_due
from interactions.processes.receive_message import file_due
from interactions.processes.update_interaction import add_message, ask_customer
from readiness.registry import slots
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.channels.providers import SECRET, SECRETS, Gateway, a_gateway
from tests.interactions.factories import an_interaction
from tests.interactions.processes.receive_message.factories import said
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
NUMBER = "+447700900123"


@pytest.fixture
def gateway(plain: None, settings: Any) -> Iterator[Gateway]:
    settings.CRM_CHANNEL_SECRETS = SECRETS
    with a_gateway() as found:
        for channel in ("sms", "whatsapp"):
            served(channel, url=found.url)
        yield found


def served(channel: str, **more: Any) -> None:
    baseline = slots.named(f"channel.{channel}").baseline
    a_serving_version(f"channel.{channel}", {**baseline, "delivery": "gateway", **more})


def a_texting_customer() -> Any:
    party = a_party()
    a_medium(party, "mobile", NUMBER, state="verified", verified_at=timezone.now())
    return a_customer(party=party)


def texted(body: str = "On our way.", channel: str = "sms") -> Message:
    """An answer of ours to the newest matter."""
    matter = Interaction.objects.latest("pk")
    message = add_message(interaction_id=matter.pk, body=body, channel=channel, actor=SYSTEM)
    send_due(10)
    message.refresh_from_db()
    return message


@pytest.mark.req("R-TMI-4")
def test_a_text_goes_out_signed_counted_and_told_by_one_id(gateway: Gateway) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})

    message = texted("€" * 100)

    (body,), (headers,) = gateway.taken, gateway.headers
    assert (body["to"], body["id"], body["segments"]) == (NUMBER, str(message.public_id), 2)
    assert headers["idempotency-key"] == str(message.public_id)
    assert headers["webhook-signature"].startswith("v1,")
    assert (message.state, message.segments, message.wire_id) == ("sent", 2, f"gw-{body['id']}")


def test_what_we_send_can_be_verified_with_the_secret(gateway: Gateway) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})
    texted()

    import orjson

    Webhook(SECRET).verify(orjson.dumps(gateway.taken[0]), gateway.headers[0])


@pytest.mark.parametrize(
    ("_case", "status", "error", "state", "unreachable"),
    [
        ("no such number", 422, "invalid-number", "failed", True),
        ("words it won't carry", 422, "content", "failed", False),
        ("busy", 503, "", "queued", False),
        ("too many", 429, "", "queued", False),
        ("we are not let in", 401, "", "queued", False),
        ("leads elsewhere", 302, "", "queued", False),
    ],
)
def test_a_refusal_is_told_from_an_outage(
    _case: str, status: int, error: str, state: str, unreachable: bool, gateway: Gateway
) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})
    gateway.status, gateway.answer = status, {"error": error}

    message = texted()

    assert (message.state, gateway.taken) == (state, [])
    assert (ContactMedium.objects.get().state == "unreachable") is unreachable
    away = CarrierState.objects.filter(channel="sms", away_until__isnull=False).exists()
    assert away is (state == "queued")


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "http://10.0.0.1/x", "ftp://sms.example", "http://[::1]/x"]
)
def test_an_address_inside_our_network_is_never_called(url: str, gateway: Gateway) -> None:
    served("sms", url=url)
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})

    message = texted()

    assert (message.state, message.attempts, gateway.taken) == ("queued", 0, [])


def test_without_its_secret_a_channel_is_not_offered(gateway: Gateway, settings: Any) -> None:
    settings.CRM_CHANNEL_SECRETS = {}
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})

    message = add_message(
        interaction_id=Interaction.objects.get().pk, body="x", channel="sms", actor=SYSTEM
    )

    assert message.allowed_because == "said by a person"


@pytest.mark.parametrize(
    ("_case", "text", "parts"),
    [
        ("empty", "", 1),
        ("just one", "a" * 160, 1),
        ("two", "a" * 161, 2),
        ("escaped count twice", "€" * 80, 1),
        ("escaped, one more", "€" * 81, 2),
        ("an escape is not cut", "a" * 152 + "€" + "a" * 20, 2),
        ("wide", "ł" * 70, 1),
        ("wide, two", "ł" * 71, 2),
        ("pairs", "😀" * 35, 1),
        ("pairs, two", "😀" * 36, 2),
        ("pairs are not cut", "😀" * 67, 3),
    ],
)
def test_parts_are_counted_as_they_are_billed(_case: str, text: str, parts: int) -> None:
    assert segments(text) == parts


@pytest.mark.parametrize(
    ("report", "state"),
    [({"status": "delivered"}, "delivered"), ({"status": "failed"}, "failed"),
     ({"status": "expired"}, "sent"), ({"status": "queued"}, "sent")],
)  # fmt: skip
def test_a_delivery_report_says_what_became_of_it(
    report: dict[str, str], state: str, gateway: Gateway
) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})
    message = texted()

    for _ in range(2):
        said("sms", type="report", message=message.wire_id, **report)

    message.refresh_from_db()
    assert message.state == state


def test_a_report_faster_than_our_own_mark_is_tried_again(gateway: Gateway) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})
    message = texted()
    Message.objects.filter(pk=message.pk).update(wire_id="")
    early = said("sms", type="report", message=message.wire_id, status="delivered")
    assert early.state == "received"

    Message.objects.filter(pk=message.pk).update(wire_id=message.wire_id)
    Inbound.objects.update(available_at=timezone.now())
    file_due(10)

    message.refresh_from_db()
    assert message.state == "delivered"


def test_receipts_of_an_smsc_are_read_from_its_words() -> None:
    text = (
        "id:abc123 sub:001 dlvrd:001 submit date:2611201200 done date:2611201201 "
        "stat:UNDELIV err:011 text:On our"
    )
    found = smpp.receipt(text)

    assert found is not None
    assert (found.wire_id, found.delivered, found.permanent) == ("abc123", False, True)
    assert smpp.receipt("My id: 7, stat: fine") is None


class Smsc:
    """An operator's own link, as `CRM_SMPP_LINK` names one."""

    said: str = ""

    def submit(self, *, to: str, sender: str, text: str, key: str) -> str:
        if self.said == "away":
            raise ConnectionError("no bind")
        if self.said:
            raise smpp.Refused(self.said, unreachable=True)
        return f"smsc-{key}"


LINK = Smsc()


@pytest.mark.parametrize(
    ("said_by_link", "outcome"),
    [("", Outcome.SENT), ("away", Outcome.AWAY), ("unknown", Outcome.NEVER)],
)
def test_an_smpp_link_of_the_operator_carries_texts(
    said_by_link: str, outcome: str, settings: Any, plain: None
) -> None:
    settings.CRM_SMPP_LINK = f"{__name__}:LINK"
    LINK.said = said_by_link
    message = Message(channel="sms", recipient=NUMBER, body="x")

    assert smpp.send(message, "Aldermere").outcome == outcome


@pytest.mark.req("R-CIM-18")
@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. "])
def test_stop_withdraws_consent_for_the_channel_and_only_for_it(
    word: str, gateway: Gateway
) -> None:
    customer = a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Dead line"})
    matter = Interaction.objects.get()

    said("sms", **{"from": NUMBER, "text": word})

    answers = Consent.objects.in_force().filter(party=customer.party_id)
    assert {(one.channel, one.given) for one in answers} == {("sms", False)}
    assert {"service", "marketing"} <= {one.purpose.key for one in answers}
    with pytest.raises(RuleBroken, match="written to"):
        add_message(interaction_id=matter.pk, body="But…", channel="sms", actor=SYSTEM)


def test_a_word_in_a_sentence_is_no_stop(gateway: Gateway) -> None:
    a_texting_customer()
    said("sms", **{"from": NUMBER, "text": "Please stop the repair"})

    assert Consent.objects.exists() is False


@pytest.mark.req("R-TMI-4")
def test_after_the_session_window_only_a_notice_may_begin_again(gateway: Gateway) -> None:
    a_texting_customer()
    said("whatsapp", **{"from": NUMBER, "text": "Dead line"})
    matter = Interaction.objects.get()
    texted(channel="whatsapp")
    Message.objects.filter(direction="inbound").update(
        created_at=timezone.now() - timedelta(hours=25)
    )

    with pytest.raises(RuleBroken) as refused:
        add_message(interaction_id=matter.pk, body="Fixed?", channel="whatsapp", actor=SYSTEM)
    assert refused.value.code == "window-closed"

    said("whatsapp", **{"from": NUMBER, "text": "Hello?"})
    assert texted("Yes.", "whatsapp").state == "sent"


@pytest.mark.req("R-TMI-4", "R-TMI-11")
def test_a_question_asked_by_mail_is_answered_by_text_in_the_same_thread(
    gateway: Gateway,
) -> None:
    customer = a_texting_customer()
    a_medium(customer.party, "email", "priya@example.org")
    matter = an_interaction(customer)
    request = ask_customer(
        interaction_id=matter.pk,
        question="Since when?",
        due_at=timezone.now() + timedelta(days=1),
        on_silence="call",
        actor=SYSTEM,
    )

    said("sms", **{"from": NUMBER, "text": "Since Monday"})

    request.refresh_from_db()
    assert (request.state, Interaction.objects.count()) == ("answered", 1)
    assert set(matter.messages.values_list("channel", flat=True)) == {"email", "sms"}


@pytest.mark.req("R-TMI-3")
def test_alarms_of_one_fault_are_one_matter_and_another_symptom_is_another(
    plain: None,
) -> None:
    for symptom in ("los", "los", "power", "los"):
        said("app", type="alarm", resource="ont-7", symptom=symptom, severity="critical")

    matters = list(Interaction.objects.order_by("pk").values_list("subject", "priority"))
    assert matters == [("ont-7: los", 1), ("ont-7: power", 1)]
    assert Message.objects.filter(automatic=True).count() == 4


def test_an_alarm_after_the_matter_ended_is_a_new_matter(plain: None) -> None:
    said("app", type="alarm", resource="ont-7", symptom="los")
    Interaction.objects.update(status="cancelled", closed_at=timezone.now())

    said("app", type="alarm", resource="ont-7", symptom="los")

    assert Interaction.objects.count() == 2


@pytest.mark.req("R-TMI-4")
def test_a_letter_is_dated_by_the_day_it_came_and_belongs_to_its_customer(plain: None) -> None:
    customer = a_customer()
    day = (timezone.now() - timedelta(days=3)).date()

    said("letter", number=customer.number, text="I object.", received_on=day.isoformat())

    matter = Interaction.objects.get()
    assert (matter.customer_id, matter.channel) == (customer.pk, "letter")
    assert matter.opened_at.date() in {day, day - timedelta(days=1)}


def test_a_visit_keeps_store_desk_and_number(plain: None) -> None:
    said("shop", number=a_customer().number, store="High Street", desk="3", ticket="A41")

    matter = Interaction.objects.get()
    assert matter.description == "High Street 3 A41"
    assert matter.as_given["+"]["visit"]["ticket"] == "A41"


def test_a_chat_is_one_matter_of_many_messages(plain: None) -> None:
    for text in ("Hello", "Anybody?", "My line is dead"):
        said("chat", conversation="c-1", text=text, **{"from": "v@example.org"})
    said("chat", conversation="c-2", text="Me too", **{"from": "w@example.org"})

    assert Interaction.objects.count() == 2
    assert Interaction.objects.order_by("pk")[0].messages.count() == 3
