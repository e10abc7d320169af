"""The figures of quality, each counted a second time by hand."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.accounts.models import Team
from customers.models import Customer
from interactions.governed import kpis
from interactions.models import (
    Call,
    Commitment,
    Interaction,
    Message,
    Reason,
    ResponseRequest,
    SlaClock,
    Survey,
)
from interactions.processes.close_interaction import cancel, complete, reopen
from interactions.processes.report_interaction import Compared, report_interaction
from interactions.processes.track_interaction import make_promise
from interactions.processes.update_interaction import add_message, transfer
from readiness.registry.measures import Measure, measured
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import an_interaction, governed, the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now() -> datetime:
    governed()
    return timezone.now()


def _row(measure: Measure, days: int = 60, **scope: Any) -> dict[str, Any]:
    now = timezone.now()
    return measured(measure, a=now - timedelta(days=days), b=now + timedelta(days=1), **scope)


def _reason(key: str = "no-service") -> Reason:
    return Reason.objects.get_or_create(key=key, defaults={"name": key, "vertical": "assurance"})[0]


def _contact(
    customer: Customer | None, *, days: float, outcome: str = "", reason: Reason | None = None
) -> Interaction:
    """Came in that many days ago; completed an hour later when it has an outcome."""
    contact = an_interaction(ago=timedelta(days=days), customer=customer)
    changes: dict[str, Any] = {"customer": customer, "reason": reason, "direction": "inbound"}
    if outcome:
        at = contact.opened_at + timedelta(hours=1)
        changes |= {"status": "completed", "outcome": outcome, "completed_at": at}
    Interaction.objects.filter(pk=contact.pk).update(**changes)
    contact.refresh_from_db()
    return contact


@pytest.mark.req("R-TMI-12")
def test_first_contact_resolution_counts_first_contacts_only() -> None:
    reason, other = _reason(), _reason("bill")
    once, back, late, shared = (a_customer(name=f"Customer {n}") for n in range(4))
    _contact(once, days=30, outcome="resolved", reason=reason)
    _contact(back, days=30, outcome="resolved", reason=reason)
    _contact(back, days=25, outcome="resolved", reason=reason)  # the same again: no first contact
    _contact(late, days=30, outcome="resolved", reason=reason)
    _contact(late, days=20, outcome="resolved", reason=reason)  # after the seven days: a first one
    _contact(shared, days=30, outcome="resolved", reason=reason)
    _contact(shared, days=29, outcome="not-resolved", reason=other)
    _contact(None, days=30, outcome="resolved", reason=reason)  # of whom nobody knows

    row = _row(kpis.FIRST_CONTACT)

    # once, late twice and shared were solved; back came back and the other reason was not solved.
    assert (row["part"], row["n"], row["excluded"]) == (4, 6, 1)


@pytest.mark.req("R-TMI-3", "R-TMI-12")
def test_repeat_contacts_are_of_the_same_customer_about_the_same_reason() -> None:
    reason, other = _reason(), _reason("bill")
    anna, ben = a_customer(name="Anna Ash"), a_customer(name="Ben Birch")
    _contact(anna, days=20, reason=reason)
    _contact(anna, days=15, reason=reason)
    _contact(anna, days=14, reason=other)
    _contact(anna, days=5, reason=reason)
    _contact(ben, days=15, reason=reason)
    gone = _contact(ben, days=14, reason=reason)
    cancel(interaction_id=gone.pk, reason="spam", actor=SYSTEM)
    _contact(ben, days=13)

    row = _row(kpis.REPEAT)

    assert (row["part"], row["n"], row["excluded"]) == (1, 5, 2)


@pytest.mark.req("R-TMI-12")
def test_reopened_work_is_found_among_what_was_completed() -> None:
    back = an_interaction()
    complete(interaction_id=back.pk, outcome="resolved", actor=SYSTEM)
    reopen(interaction_id=back.pk, reason="Not solved", actor=SYSTEM)
    assert _row(kpis.REOPENED)["n"] == 0
    complete(interaction_id=back.pk, outcome="resolved", actor=SYSTEM)
    complete(interaction_id=an_interaction().pk, outcome="resolved", actor=SYSTEM)

    row = _row(kpis.REOPENED)

    assert (row["part"], row["n"]) == (1, 2)


@pytest.mark.req("R-TMI-3", "R-TMI-12")
def test_what_was_merged_counts_as_entered_twice() -> None:
    kept, twice, spam = an_interaction(), an_interaction(), an_interaction()
    Interaction.objects.filter(pk=twice.pk).update(
        status="merged", merged_into=kept, completed_at=timezone.now(), closed_at=timezone.now()
    )
    cancel(interaction_id=spam.pk, reason="spam", actor=SYSTEM)

    row = _row(kpis.DOUBLE_ENTRY)

    assert kept.status != "merged"
    assert (row["part"], row["n"], row["excluded"]) == (1, 2, 1)


@pytest.mark.req("R-TMI-5", "R-TMI-12")
def test_missed_promises_are_counted_by_rule_and_customer(now: datetime) -> None:
    customer = a_customer(name="Anna Ash")
    for _each in range(2):
        an_interaction(ago=timedelta(days=20), customer=customer)
    an_interaction(customer=customer)

    row = measured(kpis.MISSED, a=now - timedelta(days=60), b=now)

    missed = [
        clock
        for clock in SlaClock.objects.filter(due_at__lt=now, cancelled_at=None)
        if clock.due_at and (clock.stopped_at or now) > clock.due_at
    ]
    assert row["value"] == len(missed) > 1
    assert row["customers"] == 1
    assert sum(json.loads(row["by_rule"]).values()) == len(missed)


@pytest.mark.req("R-TMI-9", "R-TMI-12")
def test_lead_of_a_notice_runs_from_its_sending_to_the_contracts_time(now: datetime) -> None:
    late = an_interaction(ago=timedelta(hours=2), customer=a_customer(email="a@example.org"))
    clock = the_clock(late)
    made = make_promise(
        clock_id=clock.pk, due_at=now + timedelta(days=2), reason="part", actor=SYSTEM
    )
    sent = now - timedelta(hours=1)
    assert made.notice_id
    Message.objects.filter(pk=made.notice_id).update(sent_at=sent, state="sent")
    due = sent + timedelta(minutes=90)
    SlaClock.objects.filter(pk=clock.pk).update(due_at=due, jeopardy_at=sent, stopped_at=sent)

    row = _row(kpis.NOTICE_LEAD)

    assert (row["value"], row["n"]) == (5400, 1)
    assert (row["risks"], row["false_alarms"]) == (1, 1)


@pytest.mark.req("R-TMI-10", "R-TMI-12")
def test_new_promises_count_by_their_last_word(now: datetime) -> None:
    for kept in (True, False):
        clock = the_clock(an_interaction(ago=timedelta(days=9)))
        first = {"due_at": now - timedelta(days=5), "origin": "agent"}
        Commitment.objects.create(clock=clock, number=2, **first)
        last = now - timedelta(days=2)
        Commitment.objects.create(clock=clock, number=3, due_at=last, origin="agent")
        stopped = last - timedelta(hours=1) if kept else last + timedelta(hours=1)
        SlaClock.objects.filter(pk=clock.pk).update(commitment_no=3, stopped_at=stopped)

    row = _row(kpis.PROMISE_KEPT)

    assert (row["part"], row["n"], row["excluded"]) == (1, 2, 2)


@pytest.mark.req("R-TMI-11", "R-TMI-12")
def test_questions_are_tracked_to_an_answer_or_to_what_silence_means(now: datetime) -> None:
    matter = an_interaction(ago=timedelta(days=5))
    for state, hours in (
        ("answered", 4),
        ("timed_out", None),
        ("asked", None),
        ("withdrawn", None),
    ):
        asked = now - timedelta(days=3)
        ResponseRequest.objects.create(
            interaction=matter, question="Which line?", state=state, on_silence="close",
            asked_at=asked, due_at=now - timedelta(days=1),
            answered_at=asked + timedelta(hours=hours) if hours else None,
        )  # fmt: skip

    row = _row(kpis.ANSWERS)

    assert (row["part"], row["answered"], row["n"], row["excluded"]) == (2, 1, 3, 1)
    assert row["median"] == 4 * 3600


@pytest.mark.req("R-CIM-18", "R-TMI-12")
def test_messages_without_a_permission_are_found(now: datetime) -> None:
    matter = an_interaction(customer=a_customer(email="a@example.org"))
    version = matter.capability_version or the_clock(matter).capability_version
    for place, because in enumerate(("service, always allowed", "")):
        Message.objects.create(
            interaction=matter, kind="public", direction="outbound", channel="email",
            author_name="Ellie", body="Hello", state="sent", sent_at=now,
            allowed_because=because, dedupe_key=f"quality:{place}", capability_version=version,
        )  # fmt: skip

    row = _row(kpis.UNPERMITTED)

    assert (row["value"], row["n"]) == (1, 2)


def _told(key: str) -> Compared:
    report = report_interaction(period="week", around=timezone.now(), actor=SYSTEM)
    return next(one for one in report.quality if one.measure.key == key)


@pytest.mark.req("R-TMI-12")
def test_a_slow_figure_tells_the_last_period_that_is_ripe() -> None:
    slow, quick = _told("C-4"), _told("C-5")

    assert slow.span.end + timedelta(days=7) <= timezone.now()
    assert slow.span.end < quick.span.end


@pytest.mark.parametrize(
    "scope",
    [{"channel": "email"}, {"vertical": "billing"}, {"reason": "bill"}, {"team": 1},
     {"segment": "SOHO"}, {"rule": "Gold"}, {"version": 1}],
    ids=lambda scope: next(iter(scope)),
)  # fmt: skip
def test_every_figure_can_be_cut_by_every_dimension(scope: dict[str, Any]) -> None:
    found = {measure.key: _row(measure, **scope)["n"] for measure in kpis.QUALITY}

    assert found == dict.fromkeys(found, 0)


def _survey(kind: str, score: int | None, place: int) -> None:
    matter = an_interaction(customer=a_customer(email=f"{place}@example.org"))
    version = the_clock(matter).capability_version
    message = Message.objects.create(
        interaction=matter, kind="notice", direction="outbound", channel="email",
        author_name="CRM", body="?", state="queued", dedupe_key=f"survey:{place}",
        capability_version=version,
    )  # fmt: skip
    now = timezone.now()
    Survey.objects.create(
        interaction=matter, customer_id=matter.customer_id, kind=kind, message=message,
        open_until=now + timedelta(days=14), capability_version=version, score=score,
        answered_at=None if score is None else now,
    )  # fmt: skip


@pytest.mark.req("R-CIM-8", "R-TMI-12")
def test_satisfaction_is_the_two_best_answers_with_its_interval() -> None:
    for place, score in enumerate((5, 4, 4, 2, None)):
        _survey("csat", score, place)

    row = _row(kpis.SATISFIED)

    assert (row["part"], row["n"], row["excluded"]) == (3, 4, 1)
    assert float(row["response_rate"]) == 0.8
    # Wilson's interval for 3 of 4, from a table.
    assert float(row["low"]) == pytest.approx(0.3006, abs=1e-4)
    assert float(row["high"]) == pytest.approx(0.9544, abs=1e-4)


@pytest.mark.req("R-CIM-8", "R-TMI-12")
def test_promoters_less_detractors() -> None:
    for place, score in enumerate((10, 9, 8, 6)):
        _survey("nps", score, place)
    _survey("ces", 6, 9)

    assert float(_row(kpis.RECOMMEND)["value"]) == 0.25
    assert float(_row(kpis.EASE)["value"]) == 6


@pytest.mark.req("R-TMI-3", "R-TMI-12")
def test_calls_are_waited_for_given_up_and_handled(now: datetime) -> None:
    rang = now - timedelta(hours=2)
    after = timedelta(seconds=1)
    for place, (answered, ended, wrapped) in enumerate(
        ((20, 140, 160), (40, 240, None), (None, 30, None), (None, 2, None))
    ):
        Call.objects.create(
            source="pbx", external_id=str(place), direction="inbound", rang_at=rang,
            state="ended" if answered else "missed",
            answered_at=rang + answered * after if answered else None,
            ended_at=rang + ended * after,
            wrapped_at=rang + wrapped * after if wrapped else None,
            hold_seconds=30 if answered else 0,
        )  # fmt: skip

    speed, handled = _row(kpis.SPEED_OF_ANSWER), _row(kpis.HANDLE_TIME)

    assert (speed["value"], speed["mean"], speed["n"], speed["excluded"]) == (30, 30, 2, 1)
    assert (speed["offered"], speed["rang_off_within_5_seconds"]) == (3, 1)
    assert float(speed["abandoned"]) == pytest.approx(1 / 3)
    assert float(speed["within_20_seconds"]) == pytest.approx(1 / 3)
    assert (handled["value"], handled["p50"], handled["n"]) == (170, 170, 2)
    # What it is made of adds up to all of it.
    parts = tuple(round(handled[f"{part}_seconds"]) for part in ("talk", "hold", "wrap"))
    assert parts == (260, 60, 20)


@pytest.mark.req("R-TMI-12")
def test_contacts_stand_beside_the_customers_there_were(now: datetime) -> None:
    reason = _reason()
    for days, ended in ((90, None), (90, 30), (30, None), (90, 70)):
        customer = a_customer(name=f"Customer {days} {ended}")
        gone: dict[str, Any] = {}
        if ended:
            at = now - timedelta(days=ended)
            gone = {"status": "terminated", "ended_at": at, "end_reason": "customer-asked"}
        some = Customer.objects.filter(pk=customer.pk)
        some.update(since=now - timedelta(days=days), **gone)
    for days in (5, 6, 80):
        _contact(None, days=days, reason=reason)

    row = _row(kpis.CONTACT_RATE)

    # Two at the beginning of the sixty days and two at their end.
    assert (row["customers"], row["n"], row["value"]) == (2, 2, 1000)
    assert json.loads(row["by_reason"]) == {"no-service": 2}


@pytest.mark.req("R-TMI-12")
def test_what_nobody_of_ours_touched_was_solved_without_us() -> None:
    alone, had, worked, failed = (_contact(None, days=5, outcome="resolved") for _each in range(4))
    Interaction.objects.filter(pk=had.pk).update(first_response_at=timezone.now())
    add_message(interaction_id=worked.pk, body="Looked at it", kind="note", actor=an_agent(
        "interactions.view_all_interactions", "interactions.update_interaction"))  # fmt: skip
    Interaction.objects.filter(pk=failed.pk).update(outcome="not-resolved")

    row = _row(kpis.SELF_SERVICE)

    assert alone.first_response_at is None
    assert (row["part"], row["n"]) == (1, 4)


@pytest.mark.req("R-TMI-3", "R-TMI-12")
def test_only_a_change_of_team_is_a_hand_over() -> None:
    first, second = (Team.objects.create(name=name, slug=name) for name in ("first", "second"))
    given, handed = an_interaction(), an_interaction()
    Interaction.objects.filter(pk__in=[given.pk, handed.pk]).update(team=None)
    for matter, teams in ((given, [first]), (handed, [first, second, first])):
        for team in teams:
            transfer(interaction_id=matter.pk, team_id=team.pk, actor=SYSTEM)
        complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    row = _row(kpis.TRANSFERS)

    assert (row["part"], row["n"], row["each"]) == (1, 2, 1)
