"""A receipt that comes late settles a text in doubt; what could mean another settles nothing."""

from typing import Any

import orjson
import pytest
from django.utils import timezone

from crm.web.models import AgentNotice
from interactions.channels.smpp.centre import reference_of
from interactions.models import Inbound, Interaction, InteractionEvent, Message
from interactions.processes.receive_message import file_due
from interactions.processes.receive_message.keeping import keep
from tests.interactions.factories import a_worker, an_interaction, governed

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-TMI-4")]
NUMBER = "+447700900123"


@pytest.fixture
def matter() -> Interaction:
    governed()
    return an_interaction(owner_id=a_worker().pk)


def in_doubt(matter: Interaction, key: str = "k", **fields: Any) -> Message:
    """A text whose worker died between handing it over and marking it; its owner was told."""
    now = timezone.now()
    message = Message.objects.create(
        **{
            "interaction": matter, "kind": "public", "direction": "outbound", "channel": "sms",
            "state": "failed", "body": "Your engineer comes on Friday.", "author_name": "a",
            "dedupe_key": key, "recipient": NUMBER, "handed_over_at": now, "attempts": 1,
            "last_error": "It may have arrived.", "capability_version": matter.capability_version,
            **fields,
        }
    )  # fmt: skip
    AgentNotice.objects.create(
        user_id=matter.owner_id or 0,
        title="In doubt",
        dedupe_key=f"message:{message.pk}:in-doubt:{now:%Y%m%d%H%M%S%f}",
    )
    return message


def told(**body: Any) -> Inbound:
    row, _new = keep(channel="sms", source="smpp", raw=orjson.dumps(body))
    file_due(10)
    row.refresh_from_db()
    return row


def a_report(message: Message, status: str = "delivered", **more: Any) -> Inbound:
    reference = str(reference_of(str(message.public_id)))
    return told(
        type="report", message="id-9", status=status, to=NUMBER, reference=reference, **more
    )


def test_a_receipt_that_names_it_by_our_reference_settles_it_and_the_persons_task(
    matter: Interaction,
) -> None:
    message = in_doubt(matter)

    row = a_report(message)

    message.refresh_from_db()
    assert (message.state, message.wire_id, message.last_error) == ("delivered", "id-9", "")
    assert message.sent_at == message.handed_over_at
    assert AgentNotice.objects.get().read_at is not None
    assert InteractionEvent.objects.filter(type="message_settled").count() == 1
    assert (row.state, row.code, row.interaction_id) == ("filed", "report", matter.pk)


def test_one_that_was_only_taken_is_sent_and_delivered_when_its_receipt_comes(
    matter: Interaction,
) -> None:
    message = in_doubt(matter)

    a_report(message, "accepted")
    message.refresh_from_db()
    assert message.state == "sent"

    told(type="report", message="id-9", status="delivered")
    message.refresh_from_db()
    assert message.state == "delivered"


def test_one_that_came_to_nothing_for_sure_is_in_doubt_no_more(matter: Interaction) -> None:
    message = in_doubt(matter)

    a_report(message, "undelivered", error="absent")

    message.refresh_from_db()
    assert (message.state, message.handed_over_at) == ("failed", None)
    assert message.last_error == "undelivered absent"
    assert AgentNotice.objects.get(dedupe_key__contains=":in-doubt:").read_at is not None


def test_it_is_known_by_where_it_went_and_how_it_began(matter: Interaction) -> None:
    message = in_doubt(matter)
    other = in_doubt(matter, "other", body="Pay your bill.")

    told(
        type="receipt", to="447700900123",
        text="id:id-9 sub:001 stat:DELIVRD err:000 text:Your engineer comes",
    )  # fmt: skip

    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, other.state) == ("delivered", "failed")


def test_a_gateway_names_it_by_the_id_we_gave(matter: Interaction) -> None:
    message = in_doubt(matter)

    told(type="report", message="x", status="delivered", reference=str(message.public_id))

    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.parametrize(
    "body",
    [
        {"to": NUMBER, "reference": "1"},
        {"to": NUMBER, "words": "Something else"},
        {"to": "+447700900999", "words": "Your engineer"},
        {},
    ],
)
def test_what_reports_about_another_text_settles_nothing(
    body: dict[str, str], matter: Interaction
) -> None:
    message = in_doubt(matter)

    told(type="report", message="id-9", status="delivered", **body)

    message.refresh_from_db()
    assert message.state == "failed"
    assert AgentNotice.objects.get().read_at is None


def test_by_its_number_alone_it_is_known_only_after_a_while(matter: Interaction) -> None:
    message = in_doubt(matter)

    told(type="report", message="id-9", status="delivered", to=NUMBER)
    message.refresh_from_db()
    assert message.state == "failed"

    for _ in range(4):
        Inbound.objects.update(available_at=timezone.now())
        file_due(10)
    message.refresh_from_db()
    assert message.state == "delivered"


def test_of_two_that_read_alike_a_person_decides(matter: Interaction) -> None:
    some = [in_doubt(matter), in_doubt(matter, "other")]

    told(type="report", message="id-9", status="delivered", to=NUMBER, words="Your engineer")

    for one in some:
        one.refresh_from_db()
    assert [one.state for one in some] == ["failed"] * 2


def test_what_was_refused_was_never_in_doubt(matter: Interaction) -> None:
    message = in_doubt(matter, handed_over_at=None)

    a_report(message)

    message.refresh_from_db()
    assert message.state == "failed"
