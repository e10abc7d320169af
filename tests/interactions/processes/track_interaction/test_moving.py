"""A policy or calendar under running promises: shown without a trace, then done or left, once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.catalogue import CapabilityStateChanged
from crm.web.models import AgentNotice
from interactions.handlers import move_what_runs
from interactions.models import ClockMove, Interaction, InteractionEvent, SlaClock
from interactions.processes.close_interaction import complete
from interactions.processes.track_interaction import (
    leave_running,
    move_running,
    move_slice,
    preview_move,
    rebuild,
)
from interactions.processes.track_interaction import moving as walking
from interactions.processes.track_interaction.timeline import append
from interactions.processes.update_interaction import ask_customer
from readiness.models import CapabilityVersion
from tests.customers.factories import a_customer, a_user
from tests.interactions.factories import (
    AROUND_THE_CLOCK,
    a_policy,
    a_worker,
    an_interaction,
    plain_promises,
    the_clock,
)
from tests.readiness.factories import a_serving_version, a_version

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
_FAR = 10**9
NIGHT = {"tz": "UTC", "weekly": {str(day): [["00:00", "24:00"]] for day in range(1, 8)}}


@pytest.fixture(autouse=True)
def _ten_hours(db: None) -> None:
    plain_promises(targets={"first_response": _FAR, "resolution": 36_000})


def a_new_policy(hours: float, state: str = "accepted") -> CapabilityVersion:
    targets = {"first_response": _FAR, "resolution": int(hours * 3600)}
    return a_version("sla.policy", a_policy(targets=targets), state=state)


def serving(version: CapabilityVersion) -> CapabilityVersion:
    """Put a version where everybody is served by it, and tell who has to know."""
    CapabilityVersion.objects.filter(slot=version.slot, state="general_availability").update(
        state="superseded"
    )
    CapabilityVersion.objects.filter(pk=version.pk).update(state="general_availability")
    event = CapabilityStateChanged(
        version_id=version.pk, slot=version.slot.key, old="accepted", new="general_availability"
    )
    move_what_runs(event, 1)
    return version


def matters(*ages: float) -> list[Interaction]:
    customer = a_customer()
    return [an_interaction(customer, ago=age * HOUR) for age in ages]


def walked(limit: int = 50) -> ClockMove:
    while move_slice(limit):
        pass
    return ClockMove.objects.latest("pk")


def resolution_dues() -> dict[int, Any]:
    return dict(
        SlaClock.objects.filter(target="resolution").values_list("interaction_id", "due_at")
    )


@pytest.mark.req("R-TMI-5")
def test_a_preview_counts_what_would_move_and_be_missed_and_writes_nothing() -> None:
    young, old = matters(1, 5)
    events, dues = InteractionEvent.objects.count(), resolution_dues()
    version = a_new_policy(4, state="draft")

    preview_move(version_id=version.pk, mode="carry", actor=SYSTEM)
    shown = walked()

    assert (shown.matters, shown.earlier, shown.later, shown.missed) == (2, 2, 0, 1)
    # The first replies, which nothing changes.
    assert shown.same == 2
    assert [row[0] for row in shown.examples] == [young.pk, old.pk]
    assert [row[4] for row in shown.examples] == [False, True]
    assert (InteractionEvent.objects.count(), resolution_dues()) == (events, dues)


@pytest.mark.req("R-TMI-5")
def test_what_runs_keeps_its_version_unless_it_is_taken_along() -> None:
    matters(1)
    before = resolution_dues()

    serving(a_new_policy(4))

    assert move_slice(50) == 0
    assert resolution_dues() == before


@pytest.mark.req("R-TMI-5")
def test_a_move_waits_for_general_use_and_then_does_what_the_preview_said() -> None:
    young, old = matters(1, 5)
    version = a_new_policy(4)
    preview_move(version_id=version.pk, mode="carry", actor=SYSTEM)
    said = walked()
    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    assert move_slice(50) == 0

    serving(version)
    done = walked()

    assert (done.kind, done.state) == ("move", "done")
    counted = ("matters", "earlier", "later", "same", "missed")
    assert [getattr(done, name) for name in counted] == [getattr(said, name) for name in counted]
    clock = the_clock(young)
    assert clock.due_at == clock.started_at + 4 * HOUR
    assert clock.capability_version_id == version.pk
    late = the_clock(old)
    assert late.breach_at is not None
    assert late.breach_at > timezone.now() - HOUR / 10
    assert all(rebuild(interaction_id=one.pk) == [] for one in (young, old))


@pytest.mark.req("R-TMI-5")
def test_a_slice_that_takes_longer_than_a_second_moves_its_last_matter_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (matter,) = matters(1)
    version = a_new_policy(4)
    with time_machine.travel(timezone.now(), tick=False) as clock:

        def append_late(*args: Any, **named: Any) -> InteractionEvent:
            clock.shift(timedelta(seconds=2))
            return append(*args, **named)

        monkeypatch.setattr(walking, "append", append_late)
        move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
        serving(version)
        done = walked()

    assert (done.matters, done.earlier) == (1, 1)
    kept = the_clock(matter)
    assert kept.due_at == kept.started_at + 4 * HOUR


@pytest.mark.parametrize(
    ("mode", "hours_from_start"),
    [("carry", 20.0), ("retro", 20.0), ("proportional", 2 + 0.8 * 20)],
)
def test_each_mode_is_the_one_of_the_clock(mode: str, hours_from_start: float) -> None:
    (matter,) = matters(2)
    version = serving(a_new_policy(20))

    move_running(version_id=version.pk, mode=mode, actor=SYSTEM)
    walked()

    clock = the_clock(matter)
    assert clock.due_at is not None
    drift = clock.due_at - (clock.started_at + hours_from_start * HOUR)
    assert abs(drift) < timedelta(seconds=30)


@pytest.mark.req("R-TMI-5")
def test_stopped_between_slices_it_goes_on_where_it_was_and_moves_nothing_twice() -> None:
    ages = matters(1, 2, 3, 4, 5)
    version = serving(a_new_policy(20))
    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)

    move_slice(2)
    assert ClockMove.objects.get().matters == 2
    walked(2)
    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    walked()

    changed = InteractionEvent.objects.filter(type="retargeted")
    assert sorted(changed.values_list("interaction_id", flat=True)) == [one.pk for one in ages]


def test_one_that_can_not_be_reckoned_stays_behind_and_the_walk_goes_on() -> None:
    bad, good = matters(1, 2)
    InteractionEvent.objects.create(
        interaction=bad, seq=99, type="retargeted", occurred_at=bad.opened_at, actor_name="x",
        data={"policy_version": "nobody knows", "mode": "carry"},
    )  # fmt: skip
    a_user(role="administrator")
    version = serving(a_new_policy(20))

    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    done = walked()

    assert (done.state, done.matters) == ("done", 2)
    assert the_clock(good).capability_version_id == version.pk
    assert the_clock(bad).capability_version_id != version.pk
    assert AgentNotice.objects.filter(dedupe_key__contains="poisoned").count() == 1


def test_asked_twice_it_is_one_move() -> None:
    version = serving(a_new_policy(20))

    first = move_running(version_id=version.pk, mode="carry", actor=SYSTEM)

    assert move_running(version_id=version.pk, mode="retro", actor=SYSTEM) == first


@pytest.mark.req("R-TMI-5")
def test_a_new_calendar_closes_what_is_still_to_come_and_keeps_rule_and_target() -> None:
    (matter,) = matters(2)
    rule = the_clock(matter).rule
    closed: Mapping[str, Any] = {
        "calendars": {
            "always": {
                **NIGHT,
                "exceptions": {
                    (timezone.now() + timedelta(days=n)).date().isoformat(): [] for n in (0, 1)
                },
            }
        }
    }
    version = serving(a_version("sla.calendar", closed, state="accepted"))

    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    walked()

    clock = the_clock(matter)
    assert clock.due_at is not None
    assert clock.calendar_version_id == version.pk
    assert (clock.rule, clock.target_seconds) == (rule, 36_000)
    opens = (timezone.now() + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert abs(clock.due_at - (opens + 8 * HOUR)) < timedelta(seconds=30)


def test_a_calendar_that_lacks_the_hours_of_a_promise_leaves_it_alone() -> None:
    matters(2)
    before = resolution_dues()
    other = {"calendars": {"another": AROUND_THE_CLOCK["calendars"]["always"]}}
    version = serving(a_version("sla.calendar", other, state="accepted"))

    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)

    assert (walked().matters, resolution_dues()) == (1, before)


def test_a_paused_promise_moves_and_goes_on_standing_still() -> None:
    (matter,) = matters(2)
    ask_customer(
        interaction_id=matter.pk, question="Which lamp?", due_at=timezone.now() + HOUR,
        on_silence="proceed", actor=SYSTEM,
    )  # fmt: skip
    version = serving(a_new_policy(20))

    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    done = walked()

    clock = the_clock(matter)
    assert (clock.state, clock.due_at, clock.target_seconds) == ("paused", None, 72_000)
    assert done.later == 1


def test_what_is_done_meanwhile_is_left_alone() -> None:
    (matter,) = matters(2)
    version = serving(a_new_policy(20))
    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    walked()

    assert InteractionEvent.objects.filter(type="retargeted").exists() is False


def test_left_again_it_stops_where_it_is() -> None:
    matters(1, 2)
    version = serving(a_new_policy(20))
    move_running(version_id=version.pk, mode="carry", actor=SYSTEM)
    move_slice(1)

    assert leave_running(version_id=version.pk, actor=SYSTEM) == 1

    assert move_slice(1) == 0
    assert InteractionEvent.objects.filter(type="retargeted").count() == 1


def test_a_version_that_ended_takes_nothing_along() -> None:
    old = a_new_policy(20)
    a_serving_version("sla.policy", a_policy())

    with pytest.raises(RuleBroken, match="no longer serves"):
        move_running(version_id=old.pk, mode="carry", actor=SYSTEM)


def test_who_may_not_introduce_moves_nothing() -> None:
    version = serving(a_new_policy(20))

    with pytest.raises(PermissionDenied):
        move_running(version_id=version.pk, mode="carry", actor=a_worker())

    assert ClockMove.objects.exists() is False


def test_another_slot_moves_no_clock() -> None:
    version = a_serving_version("close.policy")

    with pytest.raises(RuleBroken, match="no promised time"):
        preview_move(version_id=version.pk, mode="carry", actor=SYSTEM)
