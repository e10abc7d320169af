from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from interactions.models import ArmedClock, Interaction, SlaClock
from interactions.processes.track_interaction import rebuild
from interactions.reasons import load_reasons

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


def test_only_open_clocks_will_fire_and_each_in_the_future(generated: None) -> None:
    armed = ArmedClock.objects.select_related("clock")

    assert armed.count() > 0
    assert all(row.next_fire_at > NOW and row.clock.stopped_at is None for row in armed)


def test_most_promises_of_the_past_were_kept_and_some_were_missed(generated: None) -> None:
    stopped = SlaClock.objects.exclude(stopped_at=None)
    kept = stopped.filter(state="met").count()

    assert 0.75 < kept / stopped.count() < 0.99
