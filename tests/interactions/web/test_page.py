"""One interaction: what was said, what was promised, what is left to do."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import Interaction, Reading
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _url(one: Interaction, step: str = "") -> str:
    return f"/interactions/{one.public_id}{step}"


def _local(days: int) -> str:
    at = timezone.localtime(timezone.now() + timedelta(days=days))
    return at.strftime("%Y-%m-%dT%H:%M")


def _send(client: Client, one: Interaction, **fields: str | int) -> int:
    given = {"kind": "reply", "channel": "phone", "body": "We are on it."}
    return client.post(_url(one, "/answer"), given | fields).status_code


def test_page_shows_what_was_said_promised_and_why() -> None:
    client, _user = a_desk()
    one = an_interaction(customer=a_customer(name="Amara Okonjo", care_note="Alarm on the line"))

    html = client.get(_url(one)).content.decode()

    for said in ("Internet is slow", "Amara Okonjo", "Alarm on the line", "Since Monday."):
        assert said in html
    assert "Still to count" in html
    assert "10:00" in html
    assert "Contract, rule “default”. Never overwritten." in html


def test_reply_stops_the_clock_and_stands_in_the_thread() -> None:
    client, _user = a_desk()
    one = an_interaction()

    assert _send(client, one) == 303

    assert the_clock(one, "first_response").state == "met"
    assert "We are on it." in client.get(_url(one)).content.decode()


def test_note_stays_with_us_and_stops_nothing() -> None:
    client, _user = a_desk()
    one = an_interaction()

    _send(client, one, kind="note")

    assert one.messages.get().kind == "note"
    assert the_clock(one, "first_response").state == "running"


def test_reply_over_a_colleagues_reply_is_refused_and_kept() -> None:
    client, _user = a_desk()
    one = an_interaction()
    add_message(interaction_id=one.pk, body="Hers", channel="phone", actor=SYSTEM)

    answer = client.post(
        _url(one, "/answer"), {"kind": "reply", "channel": "phone", "body": "Mine", "seen": 0}
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Your draft is kept; read theirs first." in html
    assert ">Mine</textarea>" in html
    assert "Hers" in html
    assert one.messages.count() == 1


def test_reply_from_an_open_page_brings_the_conversation_and_an_empty_box() -> None:
    client, _user = a_desk()
    one = an_interaction()
    sent = {"kind": "reply", "channel": "phone", "body": "We look at it."}

    answer = client.post(_url(one, "/answer"), sent, headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "We look at it.</p>" in html
    assert "></textarea>" in html
    assert "<html" not in html


def test_who_wrote_is_named_as_a_person_and_not_by_the_login() -> None:
    client, user = a_desk()
    one = an_interaction()

    _send(client, one)

    html = client.get(_url(one)).content.decode()
    assert '<b translate="no">Ellie Marsh</b>' in html
    assert f">{user.username}<" not in html


def test_why_each_way_is_open_comes_with_the_page_and_only_the_chosen_shows() -> None:
    client, _user = a_desk()

    html = client.get(_url(an_interaction())).content.decode()

    shown = re.findall(r'data-way="(\w+)"( hidden)?>', html)
    assert len(shown) > 1
    assert [hidden for _channel, hidden in shown].count("") == 1


def test_a_reply_brings_the_promises_and_the_trace_up_to_it() -> None:
    client, _user = a_desk()
    one = an_interaction()
    make_promise(
        clock_id=the_clock(one).pk, due_at=timezone.now() + timedelta(days=1), reason="parts",
        actor=SYSTEM,
    )  # fmt: skip
    sent = {"kind": "reply", "channel": "phone", "body": "We look at it."}

    answer = client.post(_url(one, "/answer"), sent, headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert [row["no"] for row in answer.context["promises"]] == [1, 2]
    for place in ("#pr-h", "#promise-list", "#why-panel"):
        assert html.count(f'hx-swap-oob="innerHTML:{place}"') == 1


def test_refused_reply_from_an_open_page_brings_theirs_and_what_was_typed() -> None:
    client, _user = a_desk()
    one = an_interaction()
    add_message(interaction_id=one.pk, body="Hers", channel="phone", actor=SYSTEM)
    sent = {"kind": "reply", "channel": "phone", "body": "Mine", "seen": 0}

    answer = client.post(_url(one, "/answer"), sent, headers={"HX-Request": "true"})

    html = answer.content.decode()
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#answer")
    assert ">Mine</textarea>" in html
    assert "Hers" in html
    assert one.messages.count() == 1


def test_what_is_written_is_kept_until_it_is_sent() -> None:
    client, _user = a_desk()
    one = an_interaction()

    client.post(_url(one, "/draft"), {"body": "Half a sent", "kind": "reply"})
    begun = client.get(_url(one)).content.decode()
    _send(client, one, body="Half a sentence.")

    assert ">Half a sent</textarea>" in begun
    assert ">Half a sent</textarea>" not in client.get(_url(one)).content.decode()


def test_the_other_reader_is_named() -> None:
    client, _user = a_desk()
    other, _colleague = a_desk()
    one = an_interaction()
    other.get(_url(one, "/readers"))

    html = client.get(_url(one, "/readers")).content.decode()

    assert "Ellie Marsh is reading this, no draft" in html


@pytest.mark.req("R-TMI-11")
def test_question_pauses_the_fix_and_the_answer_goes_on() -> None:
    client, _user = a_desk()
    one = an_interaction()
    asked = {"ask-question": "Which lights?", "ask-due_at": _local(3), "ask-on_silence": "call"}

    client.post(_url(one, "/ask"), asked)
    paused = the_clock(one).state
    waiting = client.get(_url(one)).content.decode()
    _send(client, one, kind="heard", body="The third is red.")

    assert paused == "paused"
    assert "Which lights?" in waiting
    assert "A question is not answered" in waiting
    assert the_clock(one).state == "running"


@pytest.mark.req("R-TMI-10")
def test_new_promise_stands_beside_the_contract() -> None:
    client, _user = a_desk()
    one = an_interaction(customer=a_customer(email="amara@example.org"))
    clock = the_clock(one)

    client.post(
        _url(one, f"/promise/{clock.pk}"),
        {"promise-due_at": _local(2), "promise-reason": "The part is late"},
    )

    first, second = clock.commitments.order_by("number")
    assert first.due_at == clock.due_at
    assert (second.number, second.reason) == (2, "The part is late")
    html = client.get(_url(one)).content.decode()
    assert "Never overwritten." in html
    assert "The part is late" in html


def test_promise_in_the_past_is_refused_beside_its_field() -> None:
    client, _user = a_desk()
    one = an_interaction()

    answer = client.post(
        _url(one, f"/promise/{the_clock(one).pk}"),
        {"promise-due_at": _local(-1), "promise-reason": "Late"},
    )

    assert answer.status_code == 422
    assert "Promise a time that is still to come." in answer.content.decode()


def test_wrap_up_completes_and_closes_at_once() -> None:
    client, _user = a_desk()
    one = an_interaction()

    client.post(_url(one, "/complete"), {"wrap-outcome": "resolved", "wrap-informed_by": "phone"})

    one.refresh_from_db()
    assert (one.status, one.outcome, one.customer_informed) == ("closed", "resolved", "phone")


def test_wrap_up_names_what_is_missing_and_changes_nothing() -> None:
    client, _user = a_desk()
    one = an_interaction()
    asked = {"ask-question": "Which?", "ask-due_at": _local(3), "ask-on_silence": "call"}
    client.post(_url(one, "/ask"), asked)

    answer = client.post(
        _url(one, "/complete"), {"wrap-outcome": "resolved", "wrap-informed_by": "phone"}
    )

    one.refresh_from_db()
    assert answer.status_code == 422
    assert "a question to the customer without an answer" in answer.content.decode()
    assert one.status == "waiting_customer"


def test_completing_can_be_undone_and_reopened() -> None:
    client, _user = a_desk()
    one = an_interaction()
    client.post(_url(one, "/complete"), {"wrap-outcome": "resolved"})

    client.post(_url(one, "/undo-complete"))
    one.refresh_from_db()
    undone = one.status
    client.post(_url(one, "/complete"), {"wrap-outcome": "resolved"})
    client.post(_url(one, "/reopen"), {"reopen-reason": "It came back"})
    one.refresh_from_db()

    assert undone == "in_progress"
    assert (one.status, one.reopened) == ("in_progress", 2)


@pytest.mark.parametrize(
    ("step", "status"),
    [("take", "in_progress"), ("wait", "waiting_internal"), ("wait-partner", "waiting_partner")],
)
def test_one_click_moves_it(step: str, status: str) -> None:
    client, _user = a_desk()
    one = an_interaction()

    client.post(_url(one, f"/{step}"))

    one.refresh_from_db()
    assert one.status == status


def test_spam_is_cancelled_with_its_reason() -> None:
    client, _user = a_desk()
    one = an_interaction()

    client.post(_url(one, "/cancel"), {"cancel-reason": "spam"})

    one.refresh_from_db()
    assert one.status == "cancelled"
    assert the_clock(one).state == "cancelled"
    assert client.get(_url(one)).status_code == 200


def _nothing_remembered() -> None:
    """Counts beside the menu are kept for half a minute, what serves for seconds: both by time."""
    cache.clear()
    forget_snapshot()


def test_long_thread_folds_and_costs_no_more() -> None:
    client, _user = a_desk()
    one = an_interaction()
    for n in range(3):
        _send(client, one, body=f"Message {n}")
    client.get(_url(one))
    _nothing_remembered()
    with CaptureQueriesContext(connection) as few:
        client.get(_url(one))
    for n in range(3, 12):
        _send(client, one, body=f"Message {n}")
    client.get(_url(one))  # takes the toasts with it
    _nothing_remembered()
    with CaptureQueriesContext(connection) as many:
        page = client.get(_url(one))

    assert page.context["older_n"] == 7
    assert len(many) == len(few)


def test_explanation_has_a_page_of_its_own() -> None:
    client, _user = a_desk()
    one = an_interaction()

    html = client.get(_url(one, f"/why/{the_clock(one).pk}")).content.decode()

    assert "<h1>" in html
    assert "Still to count" in html


@pytest.mark.req("R-TMI-3")
def test_work_done_again_is_flagged() -> None:
    client, _user = a_desk()
    customer = a_customer()
    before, one = (
        an_interaction(customer, ago=timedelta(days=days), reason_key="slow-internet")
        for days in (3, 0)
    )
    complete(interaction_id=before.pk, outcome="resolved", actor=SYSTEM)
    Interaction.objects.filter(pk=one.pk).update(reopened=2)

    html = client.get(_url(one)).content.decode()

    assert "Reopened 2 times" in html
    assert f"/interactions/{before.public_id}" in html
    assert "They came about the same" in html


def test_stranger_role_sees_nothing_and_moves_nothing() -> None:
    client, _user = a_desk(role="")
    one = an_interaction()

    assert client.get(_url(one)).status_code == 403
    assert _send(client, one) == 403
    assert one.messages.exists() is False


def test_reader_may_look_but_not_write() -> None:
    client, _user = a_desk(role="auditor")
    one = an_interaction()

    html = client.get(_url(one)).content.decode()

    assert "composer" not in html
    assert "Since Monday." not in html
    assert _send(client, one) == 403


@pytest.mark.req("R-TMI-12")
def test_time_on_the_page_is_counted_and_shown_at_wrap_up() -> None:
    client, user = a_desk()
    one = an_interaction()
    client.get(_url(one, "/readers"), headers={"x-idle": "3"})
    mine = Reading.objects.filter(interaction=one, user=user)
    mine.update(attended_at=timezone.now() - timedelta(seconds=100))

    beat = client.get(_url(one, "/readers"), headers={"x-idle": "3"})

    said = "Counted so far: 1 min."
    assert said in client.get(_url(one)).content.decode()
    assert said in beat.content.decode()
    assert 100 <= mine.get().focus.total_seconds() < 110


@pytest.mark.parametrize(("said", "kept"), [("", 90), ("9", 540), ("0", 0)])
def test_only_time_that_was_filled_in_at_wrap_up_is_a_correction(said: str, kept: int) -> None:
    client, user = a_desk()
    one = an_interaction()
    Reading.objects.create(interaction=one, user=user, focus=timedelta(seconds=90))

    client.post(
        _url(one, "/complete"),
        {"wrap-outcome": "resolved", "wrap-minutes": said},
    )

    assert Reading.objects.get(interaction=one).spent.total_seconds() == kept
    thread = client.get(_url(one)).content.decode()
    assert ("9 minutes at this, counted 2" in thread) is (kept == 540)


def test_looking_at_what_is_over_is_no_work() -> None:
    client, user = a_desk()
    one = an_interaction()
    complete(interaction_id=one.pk, outcome="resolved", actor=SYSTEM)
    Reading.objects.create(
        interaction=one, user=user, attended_at=timezone.now() - timedelta(seconds=60)
    )

    client.get(_url(one, "/readers"), headers={"x-idle": "3"})

    assert not Reading.objects.get(interaction=one).focus
