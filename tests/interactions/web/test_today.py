"""The figures of one person's day."""

import random
from datetime import datetime, timedelta

import pytest
from django.db.models import F, Q
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import Commitment, Interaction, SlaClock
from interactions.processes.close_interaction import complete
from interactions.processes.update_interaction import add_message
from interactions.web.today import figures
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _shown(actor: object) -> dict[str, tuple[str, str]]:
    found = figures(actor, timezone.now(), desk="/desk")  # type: ignore[arg-type]  # a worker
    return {one.label: (one.value, one.sub) for one in found}


def test_day_counts_replies_and_what_was_finished() -> None:
    me = a_worker()
    answered = an_interaction(owner_id=me.pk)
    add_message(interaction_id=answered.pk, body="Done.", channel="phone", actor=me)
    complete(interaction_id=answered.pk, outcome="resolved", actor=me)
    an_interaction(owner_id=me.pk)

    shown = _shown(me)

    assert shown["Handled today"] == ("1", "")
    assert shown["Replied in time"] == ("100%", "1 of 1")
    assert shown["Promises kept"] == ("2 of 2", "")


def test_miss_of_today_nobody_told_of_stands_there_and_one_of_yesterday_does_not() -> None:
    me = a_worker()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for due_at in (midnight, midnight - timedelta(hours=1)):
        clock = the_clock(an_interaction(owner_id=me.pk))
        SlaClock.objects.filter(pk=clock.pk).update(due_at=due_at)

    assert _shown(me)["Told before a miss"] == ("0 of 1", "")


def test_one_statement_says_what_the_rules_say_whatever_became_of_the_matters() -> None:
    me, other = a_worker(), a_user(role="agent")
    dice, now = random.Random(7), timezone.now()  # the same each time
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    customer = a_customer()
    for _each in range(24):
        owner = other.pk if dice.random() < 0.2 else me.pk
        one = an_interaction(customer, owner_id=owner)
        ended = _ended_somehow(one, start, dice)
        removed = now if dice.random() < 0.2 else None
        Interaction.objects.filter(pk=one.pk).update(removed_at=removed)
        for clock in one.clocks.all():
            _ran_somehow(clock, ended, start, dice)

    shown = _shown(me)

    clocks = SlaClock.objects.filter(
        interaction__owner_id=me.pk, interaction__removed_at=None, cancelled_at=None
    )
    replies = clocks.filter(target__in=["first_response", "next_response"], stopped_at__gte=start)
    met = replies.filter(stopped_at__lte=F("due_at"))
    late = Q(stopped_at=None) | Q(stopped_at__gt=F("due_at"))
    missed = clocks.filter(late, due_at__gte=start, due_at__lt=now)
    decided = Commitment.objects.filter(
        clock__interaction__owner_id=me.pk, clock__interaction__removed_at=None,
        outcome__in=["kept", "missed"], clock__stopped_at__gte=start,
    )  # fmt: skip
    assert min(replies.count(), missed.count(), decided.count()) > 0
    assert shown["Replied in time"][1] == f"{met.count()} of {replies.count()}"
    assert shown["Told before a miss"][0] == f"0 of {missed.count()}"
    kept = decided.filter(outcome="kept")
    assert shown["Promises kept"][0] == f"{kept.count()} of {decided.count()}"


def _ended_somehow(one: Interaction, start: datetime, dice: random.Random) -> datetime | None:
    """Open, or ended today or yesterday, in each of the ways."""
    status = dice.choice(["in_progress", "completed", "closed", "cancelled"])
    if status == "in_progress":
        return None
    at = start + timedelta(hours=dice.choice([-20, -1, 0]), seconds=dice.randrange(600))
    done = {"completed_at": at, "outcome": "resolved"} if status in {"completed", "closed"} else {}
    closed = {"closed_at": at, "customer_informed": "phone"} if status != "completed" else {}
    Interaction.objects.filter(pk=one.pk).update(status=status, **done, **closed)
    return at


def _ran_somehow(
    clock: SlaClock, ended: datetime | None, start: datetime, dice: random.Random
) -> None:
    """Whatever was stopped ended with its matter; due before or after, some called off."""
    stopped = ended or dice.choice([None, start + timedelta(seconds=5), start - timedelta(hours=2)])
    due_at = (stopped or start) + timedelta(seconds=dice.choice([-7200, -3, 0, 3, 7200]))
    called_off = start if dice.random() < 0.2 else None
    SlaClock.objects.filter(pk=clock.pk).update(
        stopped_at=stopped, due_at=due_at, cancelled_at=called_off
    )
    clock.commitments.update(outcome=dice.choice(["open", "kept", "missed"]))


def test_matters_of_others_are_not_in_my_day() -> None:
    me, other = a_worker(), a_user(role="agent")
    theirs = an_interaction(owner_id=other.pk)
    complete(interaction_id=theirs.pk, outcome="resolved", actor=SYSTEM)

    assert _shown(me)["Replied in time"] == ("–", "")
    assert _shown(me)["Promises kept"] == ("–", "")
