from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db.models import F

from interactions.models import AgentProfile, ArmedClock, Commitment, Interaction, SlaClock
from interactions.processes.track_interaction import rebuild
from interactions.reasons import load_reasons
from tests.customers.factories import a_user

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def generated(baselines: None, db: None) -> None:
    load_reasons()
    call_command("generate", customers=40, interactions=600, seed=5, now=NOW, verbosity=0)


def test_every_generated_contact_is_what_its_events_say(generated: None) -> None:
    assert Interaction.objects.count() == 600
    differences = {
        pk: found
        for pk in Interaction.objects.values_list("pk", flat=True)
        if (found := rebuild(interaction_id=pk, now=NOW))
    }

    assert differences == {}


def test_invented_colleagues_are_at_their_desks_and_who_can_sign_in_says_so_himself(
    baselines: None, db: None
) -> None:
    load_reasons()
    invented, real = a_user(role="agent"), a_user(role="agent")
    for one, password in ((invented, None), (real, "secret")):
        one.set_password(password)
        one.save()

    call_command("generate", customers=5, interactions=10, seed=5, now=NOW, verbosity=0)

    assert list(AgentProfile.objects.values_list("user", "state")) == [(invented.pk, "available")]


def test_only_open_clocks_will_fire_and_each_in_the_future(generated: None) -> None:
    armed = ArmedClock.objects.select_related("clock")

    assert armed.count() > 0
    assert all(row.next_fire_at > NOW and row.clock.stopped_at is None for row in armed)


def test_most_promises_of_the_past_were_kept_and_some_were_missed(generated: None) -> None:
    stopped = SlaClock.objects.exclude(stopped_at=None)
    kept = stopped.filter(state="met").count()

    assert 0.75 < kept / stopped.count() < 0.99


def test_most_who_waited_too_long_were_told_in_time_and_most_of_what_they_were_told_held(
    generated: None,
) -> None:
    missed = SlaClock.objects.filter(stopped_at__gt=F("due_at"))
    told = Commitment.objects.filter(
        clock__in=missed, number=2, notice__sent_at__lt=F("clock__due_at")
    )
    kept = told.filter(outcome="kept", due_at__gte=F("clock__stopped_at"))

    assert 0.6 < told.count() / missed.count() < 0.95
    assert 0.45 < kept.count() / told.count() < 0.9
    assert not told.exclude(outcome__in=["kept", "missed"]).exists()
