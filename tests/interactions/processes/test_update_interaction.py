"""Working on a matter: replies, questions and answers on any channel, hand-overs and changes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Customer, Hold
from customers.processes.manage_consent import record_consent
from interactions.models import Interaction, InteractionEvent, Message, ResponseRequest
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import apply_silence, rebuild
from interactions.processes.track_interaction.stages import LONG_PAUSE
from interactions.processes.update_interaction import (
    add_message,
    answer_received,
    ask_customer,
    assign,
    change_fields,
    go_on,
    remove,
    take,
    wait_for,
)
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import a_policy, a_worker, an_interaction, the_clock
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _plain(plain: None) -> None:
    """Promises that can be reckoned in the head."""


@pytest.fixture
def matter() -> Interaction:
    return an_interaction(a_customer(email="priya@example.org"), ago=2 * HOUR)


def ask(matter: Interaction, on_silence: str = "call", **fields: Any) -> ResponseRequest:
    return ask_customer(
        interaction_id=matter.pk,
        question="Which lamp is red?",
        due_at=fields.pop("due_at", timezone.now() + HOUR),
        on_silence=on_silence,
        actor=a_worker(),
    )


def test_a_reply_of_a_person_stops_the_first_response_clock(matter: Interaction) -> None:
    said = add_message(
        interaction_id=matter.pk, body="Try port 2.", channel="phone", actor=a_worker()
    )

    matter.refresh_from_db()
    assert (said.state, said.allowed_because) == ("sent", "said by a person")
    assert (matter.status, matter.first_response_at) == ("in_progress", said.created_at)
    assert the_clock(matter, "first_response").state == "breached"
    assert matter.due_next_target == "resolution"


def test_a_reply_by_mail_is_queued_to_the_permitted_address(matter: Interaction) -> None:
    said = add_message(interaction_id=matter.pk, body="Try port 2.", actor=a_worker())

    assert (said.state, said.recipient) == ("queued", "priya@example.org")
    assert said.capability_version is not None


@pytest.mark.req("R-CIM-18")
def test_a_reply_to_somebody_who_refused_is_not_sent(matter: Interaction) -> None:
    record_consent(
        party_id=matter.customer.party_id,  # type: ignore[union-attr, arg-type]  # the factory always fills them
        purpose_key="service",
        given=False,
        source="call",
        actor=SYSTEM,
    )

    with pytest.raises(RuleBroken) as refused:
        add_message(interaction_id=matter.pk, body="Hello", actor=a_worker())

    assert refused.value.code == "not-permitted"
    assert Message.objects.exists() is False


def test_a_note_moves_no_clock(matter: Interaction) -> None:
    add_message(interaction_id=matter.pk, body="Sounds upset.", kind="note", actor=a_worker())

    matter.refresh_from_db()
    assert (matter.status, matter.first_response_at) == ("logged", None)


@pytest.mark.req("R-TMI-3")
def test_a_message_delivered_twice_is_one_message(matter: Interaction) -> None:
    for _ in range(2):
        add_message(
            interaction_id=matter.pk,
            body="Any news?",
            direction="inbound",
            external_id="<1@x>",
            actor=SYSTEM,
        )

    assert Message.objects.count() == 1
    assert InteractionEvent.objects.filter(type="customer_message").count() == 1


def test_what_the_customer_says_starts_the_wait_for_our_reply(matter: Interaction) -> None:
    at = timezone.now() - timedelta(minutes=30)
    for minutes in (0, 10):
        add_message(
            interaction_id=matter.pk,
            body="Any news?",
            direction="inbound",
            occurred_at=at + timedelta(minutes=minutes),
            actor=SYSTEM,
        )

    clock = the_clock(matter, "next_response")
    assert clock.started_at == at.replace(microsecond=0)
    assert clock.due_at == at.replace(microsecond=0) + 2 * HOUR


def test_machine_mail_is_kept_and_moves_nothing(matter: Interaction) -> None:
    ask(matter)
    add_message(
        interaction_id=matter.pk,
        body="Out of office",
        direction="inbound",
        automatic=True,
        actor=SYSTEM,
    )

    assert ResponseRequest.objects.get().state == "asked"
    assert matter.clocks.filter(target="next_response").exists() is False


@pytest.mark.req("R-TMI-11")
def test_the_clock_stands_still_exactly_as_long_as_the_question_is_open(
    matter: Interaction,
) -> None:
    before = the_clock(matter).due_at
    request = ask(matter)
    paused = the_clock(matter)
    # Nothing fires but the end of the longest pause.
    assert (paused.state, paused.due_at, paused.armed.stage) == ("paused", None, LONG_PAUSE)

    ResponseRequest.objects.update(asked_at=request.asked_at)
    answer_received(interaction_id=matter.pk, body="The left one.", channel="sms", actor=a_worker())

    request.refresh_from_db()
    after = the_clock(matter)
    assert request.state == "answered"
    assert request.answered_at is not None
    waited = int(request.answered_at.timestamp()) - int(request.asked_at.timestamp())
    assert before is not None
    assert after.due_at == before + timedelta(seconds=waited)
    matter.refresh_from_db()
    assert matter.status == "in_progress"


@pytest.mark.req("R-TMI-4", "R-TMI-11")
@pytest.mark.parametrize("channel", ["phone", "sms", "shop", "letter", "web", "chat"])
def test_an_answer_on_another_channel_is_an_answer(matter: Interaction, channel: str) -> None:
    ask(matter)

    answer_received(interaction_id=matter.pk, body="Yes.", channel=channel, actor=a_worker())

    assert ResponseRequest.objects.get().state == "answered"
    event = InteractionEvent.objects.get(type="answered")
    assert event.channel == channel


def test_the_question_is_put_in_writing(matter: Interaction) -> None:
    ask(matter)

    message = Message.objects.get()
    assert "Which lamp is red?" in message.body
    assert (message.state, message.recipient) == ("queued", "priya@example.org")


@pytest.mark.req("R-TMI-11")
@pytest.mark.parametrize(
    ("on_silence", "status"),
    [
        ("close", "completed"),
        ("proceed", "in_progress"),
        ("escalate", "in_progress"),
        ("call", "in_progress"),
    ],
)
def test_silence_does_what_was_announced_once(
    matter: Interaction, on_silence: str, status: str
) -> None:
    request = ask(matter, on_silence)

    done = [apply_silence(10, request.due_at + timedelta(seconds=1)) for _ in range(2)]

    matter.refresh_from_db()
    request.refresh_from_db()
    assert (done, request.state, matter.status) == ([1, 0], "timed_out", status)
    assert the_clock(matter).state != "paused"
    assert rebuild(interaction_id=matter.pk) == []


def test_silence_after_the_end_changes_nothing_more(matter: Interaction) -> None:
    request = ask(matter, "close")
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    apply_silence(10, request.due_at + timedelta(seconds=1))

    matter.refresh_from_db()
    assert (matter.status, matter.outcome) == ("completed", "resolved")


def test_waiting_for_a_partner_pauses_and_for_a_colleague_does_not(matter: Interaction) -> None:
    wait_for(interaction_id=matter.pk, whom="internal", actor=a_worker())
    assert the_clock(matter).state == "running"

    wait_for(interaction_id=matter.pk, whom="partner", note="Duct", actor=a_worker())
    assert the_clock(matter).state == "paused"

    go_on(interaction_id=matter.pk, actor=a_worker())
    assert the_clock(matter).state == "running"
    assert rebuild(interaction_id=matter.pk) == []


def test_taking_it_makes_it_mine_once(matter: Interaction) -> None:
    agent = a_worker()
    for _ in range(2):
        taken = take(interaction_id=matter.pk, actor=agent)

    assert (taken.owner_id, taken.status) == (agent.pk, "in_progress")
    assert InteractionEvent.objects.filter(type="assigned").count() == 1


def test_handing_on_needs_somebody_who_is_there(matter: Interaction) -> None:
    with pytest.raises(RuleBroken) as refused:
        assign(interaction_id=matter.pk, owner_id=0, actor=a_worker())

    assert refused.value.field == "owner"


@pytest.mark.req("R-TMI-5")
def test_a_change_of_priority_keeps_what_was_consumed_and_the_version(matter: Interaction) -> None:
    urgent = {
        "name": "urgent",
        "when": {"priority": [1]},
        "calendar": "always",
        "targets": {"first_response": 600, "resolution": 3 * 3600},
    }
    a_serving_version("sla.policy", a_policy(rules=[urgent]))
    newer = an_interaction(ago=HOUR)
    a_serving_version("sla.policy", a_policy(targets={"first_response": 1, "resolution": 1}))

    change_fields(interaction_id=newer.pk, changes={"priority": 1}, actor=a_worker())

    clock = the_clock(newer)
    assert (clock.rule, clock.target_seconds) == ("urgent", 3 * 3600)
    assert clock.due_at == clock.started_at + 3 * HOUR
    assert rebuild(interaction_id=newer.pk) == []


def test_a_change_seen_too_late_is_refused(matter: Interaction) -> None:
    seen = matter.revision
    change_fields(interaction_id=matter.pk, changes={"subject": "A"}, actor=a_worker())

    with pytest.raises(RuleBroken) as refused:
        change_fields(
            interaction_id=matter.pk,
            changes={"subject": "B"},
            expected_revision=seen,
            actor=a_worker(),
        )

    assert refused.value.kind == "precondition"
    matter.refresh_from_db()
    assert matter.subject == "A"


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("unknown field", {"opened_at": 1}, "not-changeable"),
        ("no vertical", {"verticals": []}, "vertical-missing"),
        ("unknown reason", {"reason": "weather"}, "unknown-reason"),
        ("completed by the back door", {"status": "completed"}, "close-it-properly"),
        ("merged by the back door", {"status": "merged"}, "close-it-properly"),
    ],
)
def test_changes_that_are_not_allowed(
    matter: Interaction, _case: str, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        change_fields(interaction_id=matter.pk, changes=changes, actor=a_worker())

    assert refused.value.code == code


def test_changing_nothing_says_nothing(matter: Interaction) -> None:
    change_fields(interaction_id=matter.pk, changes={"subject": matter.subject}, actor=a_worker())

    assert matter.events.count() == 1


def test_a_removed_one_is_out_of_sight_and_its_timeline_stays(matter: Interaction) -> None:
    remove(interaction_id=matter.pk, actor=a_worker())

    assert Interaction.objects.visible_to(a_worker()).exists() is False
    assert set(matter.clocks.values_list("state", flat=True)) == {"cancelled"}
    assert list(matter.events.order_by("seq").values_list("type", flat=True)) == [
        "opened",
        "cancelled",
    ]


@pytest.mark.parametrize("call", [take, go_on])
def test_who_may_not_work_on_it_changes_nothing(matter: Interaction, call: Any) -> None:
    with pytest.raises(PermissionDenied):
        call(interaction_id=matter.pk, actor=an_agent("interactions.view_all_interactions"))

    matter.refresh_from_db()
    assert (matter.status, matter.event_count) == ("logged", 1)


def test_what_one_may_not_see_is_not_there(matter: Interaction) -> None:
    outsider = an_agent("interactions.view_interaction", "interactions.update_interaction")

    with pytest.raises(Interaction.DoesNotExist):
        take(interaction_id=matter.pk, actor=outsider)


def test_a_matter_that_turns_out_to_be_anothers_holds_that_customer_instead(
    matter: Interaction,
) -> None:
    former, right = matter.customer_id, a_customer()

    change_fields(interaction_id=matter.pk, changes={"customer_id": right.pk}, actor=a_worker())

    standing = Hold.objects.filter(reference=str(matter.public_id), released_at=None)
    assert list(standing.values_list("customer_id", flat=True)) == [right.pk]
    assert Hold.objects.filter(customer=former, released_at=None).exists() is False


def test_a_matter_is_not_given_to_a_customer_out_of_sight(matter: Interaction) -> None:
    with pytest.raises(Customer.DoesNotExist):
        change_fields(interaction_id=matter.pk, changes={"customer_id": 0}, actor=a_worker())

    matter.refresh_from_db()
    assert matter.customer_id not in {0, None}
