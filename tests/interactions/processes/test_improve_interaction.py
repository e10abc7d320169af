"""From a figure's signal to a change and its effect, step by step."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.access import Actor
from crm.errors import RuleBroken
from interactions.governed import kpis
from interactions.models import Improvement, Interaction, KeptFigure, Reason
from interactions.processes.improve_interaction import (
    carry_out_improvement,
    decide_improvement,
    find_signals,
    measure_effects,
    note_improvement,
    plan_improvement,
)
from interactions.processes.report_interaction import periods
from readiness.registry.measures import measured
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db
LEAD = tuple(
    f"interactions.{may}" for may in ("add_improvement", "change_improvement", "decide_improvement")
)


@pytest.fixture(autouse=True)
def now() -> datetime:
    governed()
    return timezone.now()


def _matters(count: int, opened: datetime, **fields: Any) -> None:
    """Copies of one matter: what a figure counts, without what it took to write each."""
    pattern = an_interaction()
    row: dict[str, Any] = {**Interaction.objects.filter(pk=pattern.pk).values().get()}
    for name in ("id", "public_id", "revision"):
        row.pop(name)
    given = row | {"opened_at": opened, "first_response_at": None} | fields
    Interaction.objects.bulk_create(Interaction(**given) for _each in range(count))
    Interaction.objects.filter(pk=pattern.pk).update(removed_at=opened)


def _weeks(now: datetime) -> list[datetime]:
    return [span.start + timedelta(days=1) for span in periods("week", now, now)[:-1]]


def _noted(**fields: Any) -> Improvement:
    return note_improvement(measure="C-1", title="Too many", actor=an_agent(*LEAD), **fields)


def _planned(actor: Actor) -> Improvement:
    return plan_improvement(
        improvement_id=_noted().pk, cause="No guide", change="Write one", expected=10, weeks=2,
        actor=actor,
    )  # fmt: skip


@pytest.mark.req("R-TMI-13")
def test_complaints_that_pile_up_are_noted_once(now: datetime) -> None:
    reason = Reason.objects.get(key="general-complaint")
    weeks = _weeks(now)
    _matters(31, weeks[-1], reason_id=reason.pk)
    _matters(4, weeks[-2], reason_id=reason.pk)

    assert find_signals(now) == 1
    assert find_signals(now) == 0

    one = Improvement.objects.get()
    assert (one.signal, one.measure) == ("complaints", "C-1")
    assert (one.slice, one.evidence["value"]) == ({"reason": "general-complaint"}, 31)


@pytest.mark.req("R-TMI-13")
def test_what_is_not_pursued_is_not_noted_again_the_next_night(now: datetime) -> None:
    reason = Reason.objects.get(key="general-complaint")
    _matters(31, _weeks(now)[-1], reason_id=reason.pk)
    find_signals(now)
    one = Improvement.objects.get()
    decide_improvement(improvement_id=one.pk, agreed=False, note="A storm", actor=an_agent(*LEAD))

    assert find_signals(now) == 0
    Improvement.objects.update(decided_at=now - timedelta(weeks=9))
    assert find_signals(now) == 1


@pytest.mark.req("R-TMI-13")
def test_a_reason_customers_come_back_about_is_noted(now: datetime) -> None:
    again, once = Reason.objects.all()[:2]
    day = _weeks(now)[-1]
    faithful = a_customer().pk
    _matters(1, day - timedelta(days=3), reason_id=again.pk, customer_id=faithful)
    _matters(30, day, reason_id=again.pk, customer_id=faithful)
    _matters(30, day, reason_id=once.pk, customer_id=a_customer(name="Ben Birch").pk)

    find_signals(now)

    one = Improvement.objects.get()
    assert (one.signal, one.slice) == ("repeated", {"reason": again.key})
    assert (one.evidence["value"], one.evidence["everything"]) == (1, 0.5)


@pytest.mark.req("R-TMI-13")
def test_a_target_missed_for_two_weeks_is_noted_and_one_bad_week_is_not(now: datetime) -> None:
    weeks = _weeks(now)
    done = {"status": "completed", "outcome": "not-resolved"}
    reason = Reason.objects.all()[0].pk

    def bad(week: datetime) -> None:
        customer = a_customer(name=f"Customer {week:%j}").pk
        _matters(30, week, completed_at=week, customer_id=customer, reason_id=reason, **done)
        KeptFigure.objects.all().delete()

    bad(weeks[-2])
    find_signals(now)
    assert not Improvement.objects.filter(measure="C-4").exists()
    bad(weeks[-3])
    find_signals(now)

    one = Improvement.objects.get(measure="C-4")
    assert (one.signal, one.evidence["target"]) == ("off-target", 0.7)


@pytest.mark.req("R-TMI-13")
def test_the_effect_is_the_same_figure_before_and_after(now: datetime) -> None:
    lead = an_agent(*LEAD)
    one = _planned(lead)
    decide_improvement(improvement_id=one.pk, agreed=True, actor=lead)
    _matters(5, now - timedelta(days=3))
    carry_out_improvement(improvement_id=one.pk, change_made="Procedure 12", actor=lead)
    changed = now - timedelta(days=15)
    Improvement.objects.filter(pk=one.pk).update(changed_at=changed)
    assert measure_effects(now - timedelta(days=2)) == 0
    _matters(3, changed + timedelta(days=2))
    _matters(8, changed - timedelta(days=2))

    assert (measure_effects(now), measure_effects(now)) == (1, 0)

    one.refresh_from_db()
    assert one.before
    assert one.after
    assert (one.state, one.before["value"], one.after["value"]) == ("measured", 8, 8)
    window = (changed, changed + timedelta(weeks=2))
    assert one.after["value"] == measured(kpis.CONTACTS, a=window[0], b=window[1])["value"]


@pytest.mark.req("R-TMI-13")
def test_it_ends_with_a_change_or_a_reason_only() -> None:
    lead, one = an_agent(*LEAD), _noted()

    with pytest.raises(RuleBroken, match="why"):
        decide_improvement(improvement_id=one.pk, agreed=False, actor=lead)
    with pytest.raises(RuleBroken):
        carry_out_improvement(improvement_id=one.pk, change_made="x", actor=lead)
    decide_improvement(improvement_id=one.pk, agreed=False, note="No effect seen", actor=lead)

    one.refresh_from_db()
    assert (one.state, one.decision_note) == ("rejected", "No effect seen")
    with pytest.raises(RuleBroken):
        decide_improvement(improvement_id=one.pk, agreed=True, actor=lead)


def test_what_is_carried_out_names_what_did_it() -> None:
    lead = an_agent(*LEAD)
    one = _planned(lead)
    decide_improvement(improvement_id=one.pk, agreed=True, actor=lead)

    with pytest.raises(RuleBroken, match="procedure"):
        carry_out_improvement(improvement_id=one.pk, change_made=" ", actor=lead)

    one.refresh_from_db()
    assert (one.state, one.before) == ("agreed", None)


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("rejected without a reason", {"state": "rejected"}),
        ("proposed without a cause", {"state": "planned"}),
        ("changed without what was done", {"state": "changed", "cause": "a", "change": "b",
                                           "expected": 1}),
        ("measured without an after", {"state": "measured", "cause": "a", "change": "b",
                                       "expected": 1, "change_made": "c", "before": {},
                                       "changed_at": timezone.now()}),
        ("measured over no time", {"weeks": 0}),
    ],
)  # fmt: skip
def test_database_refuses(_case: str, changes: dict[str, Any]) -> None:
    one = _noted()

    with pytest.raises(IntegrityError), transaction.atomic():
        Improvement.objects.filter(pk=one.pk).update(**changes)


def test_the_same_thing_is_on_the_list_once() -> None:
    _noted(slice={"channel": "email"})
    _noted()

    with pytest.raises(RuleBroken):
        _noted()
    assert Improvement.objects.count() == 2


_STEPS: dict[str, Callable[[int, Actor], object]] = {
    "find": lambda pk, who: find_signals(timezone.now(), actor=who),
    "note": lambda pk, who: note_improvement(measure="C-2", title="x", actor=who),
    "plan": lambda pk, who: plan_improvement(
        improvement_id=pk, cause="a", change="b", expected=1, actor=who
    ),
    "decide": lambda pk, who: decide_improvement(
        improvement_id=pk, agreed=False, note="x", actor=who
    ),
    "carry out": lambda pk, who: carry_out_improvement(
        improvement_id=pk, change_made="x", actor=who
    ),
}


@pytest.mark.parametrize("step", _STEPS)
def test_every_step_needs_its_permission(step: str) -> None:
    agent, one = an_agent(), _noted()

    with pytest.raises(PermissionDenied):
        _STEPS[step](one.pk, agent)

    assert Improvement.objects.get().state == "open"
