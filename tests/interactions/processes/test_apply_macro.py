"""What a macro does: all of it or nothing, each step an event that names the version, and back."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from crm.accounts.models import Team
from crm.errors import RuleBroken
from interactions.macros import EFFECTS, check_effects
from interactions.models import Interaction, Macro, MacroText, MacroVersion
from interactions.processes.apply_macro import apply_macro, undo_macro, version_of
from interactions.processes.tag_interaction import tag
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import change_fields, go_on, take
from tests.customers.factories import a_team, an_agent
from tests.interactions.factories import WORKING, a_worker, an_interaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

COIN = "interactions.coin_tag"
ASK = {"do": "ask", "question": "Which lamp is red?", "days": 2, "silence": "call"}


def a_macro(*effects: dict[str, Any]) -> Macro:
    macro = Macro.objects.create(key="m", title="Do it", effects=list(effects))
    MacroText.objects.create(macro=macro, language="en", body="Hello")
    return macro


def events(matter: Interaction) -> list[tuple[str, Any]]:
    """What happened since it was logged, each with the macro's version it names."""
    matter.refresh_from_db()
    assert rebuild(interaction_id=matter.pk) == []
    said = matter.events.order_by("seq").values_list("type", "data")
    return [(type, data.get("macro_version")) for type, data in said][1:]


@pytest.mark.req("R-TMI-1")
def test_each_effect_is_a_step_of_its_own_that_names_the_version() -> None:
    worker, matter = a_worker(COIN), an_interaction(owner_id=a_worker().pk)
    a_macro({"do": "tag", "tag": "Press"}, {"do": "take"}, {"do": "snooze", "hours": 24})

    apply_macro(interaction_id=matter.pk, key="m", number=1, actor=worker)

    assert [each for each in events(matter) if each[0] != "status_changed"] == [
        ("tagged", 1), ("assigned", 1), ("snoozed_until", 1), ("macro_applied", 1),
    ]  # fmt: skip
    assert matter.owner_id == worker.pk


@pytest.mark.req("R-TMI-1")
def test_one_refusal_and_nothing_is_done() -> None:
    worker, matter = a_worker(COIN), an_interaction()
    a_macro({"do": "tag", "tag": "Press"}, {"do": "transfer", "team": "Nowhere"})

    with pytest.raises(RuleBroken, match="There is no team “Nowhere”") as refused:
        apply_macro(interaction_id=matter.pk, key="m", number=1, actor=worker)

    assert (refused.value.code, refused.value.details) == ("macro-refused", {"effect": "transfer"})
    assert events(matter) == []
    assert matter.tags == []


def test_a_step_somebody_may_not_take_themselves_no_macro_takes_for_them() -> None:
    mine = [each for each in WORKING if not each.endswith("assign_interaction")]
    team, matter = a_team(), an_interaction()
    a_macro({"do": "priority", "priority": 1}, {"do": "transfer", "team": team.name})

    with pytest.raises(RuleBroken, match="You may not do that"):
        apply_macro(interaction_id=matter.pk, key="m", number=1, actor=an_agent(*mine))
    with pytest.raises(PermissionDenied):
        apply_macro(interaction_id=matter.pk, key="m", number=1, actor=an_agent())

    assert events(matter) == []


@pytest.mark.req("R-TMI-1")
@pytest.mark.parametrize(
    "effect",
    [
        {"do": "tag", "tag": "Repeated"},
        {"do": "untag", "tag": "Press"},
        {"do": "take"},
        {"do": "transfer", "team": "Repair"},
        {"do": "snooze", "hours": 24},
        {"do": "wait", "for": "partner"},
        ASK,
        {"do": "follow_up", "kind": "call", "note": "Ring", "days": 2},
        {"do": "priority", "priority": 1},
        {"do": "reason", "reason": "bill-question"},
        {"do": "complete", "outcome": "resolved"},
    ],
    ids=lambda effect: effect["do"],
)
def test_whatever_it_does_is_taken_back(effect: dict[str, Any]) -> None:
    Team.objects.create(name="Repair")
    worker, matter = a_worker(COIN), an_interaction(owner_id=a_worker().pk)
    tag(interaction_id=matter.pk, name="Press", actor=worker)
    before = stands(matter)
    a_macro(effect)
    done = apply_macro(interaction_id=matter.pk, key="m", number=1, actor=worker)
    assert events(matter)[-1] == ("macro_applied", 1)

    undo_macro(interaction_id=matter.pk, event_seq=done.seq, actor=worker)
    undo_macro(interaction_id=matter.pk, event_seq=done.seq, actor=worker)

    assert events(matter)[-1] == ("macro_undone", 1)
    assert stands(matter) == before
    assert matter.status in {"logged", "in_progress"}


@pytest.mark.parametrize(
    "effect",
    [
        {"do": "tag", "tag": "Repeated"},
        {"do": "take"},
        {"do": "priority", "priority": 1},
        {"do": "wait", "for": "partner"},
    ],
    ids=lambda effect: effect["do"],
)
def test_what_a_colleague_did_since_is_not_overwritten(effect: dict[str, Any]) -> None:
    worker, colleague, matter = a_worker(COIN), a_worker(COIN), an_interaction()
    a_macro(effect)
    done = apply_macro(interaction_id=matter.pk, key="m", number=1, actor=worker)
    tag(interaction_id=matter.pk, name="Press", actor=colleague)
    take(interaction_id=matter.pk, actor=colleague)
    change_fields(interaction_id=matter.pk, changes={"priority": 2}, actor=colleague)
    go_on(interaction_id=matter.pk, actor=colleague)
    before = stands(matter)

    with pytest.raises(RuleBroken, match="went on since"):
        undo_macro(interaction_id=matter.pk, event_seq=done.seq, actor=worker)

    assert stands(matter) == before


def test_a_step_on_what_an_earlier_one_gave_away_is_refused_in_words() -> None:
    mine = [each for each in WORKING if "view_all" not in each]
    me = an_agent(*mine, COIN)
    matter = an_interaction(owner_id=me.pk)
    a_macro({"do": "transfer", "team": a_team().name}, {"do": "tag", "tag": "Press"})

    with pytest.raises(RuleBroken, match="out of your sight"):
        apply_macro(interaction_id=matter.pk, key="m", number=1, actor=me)

    assert events(matter) == []


def test_a_changed_macro_is_a_new_version_and_what_was_shown_of_the_old_is_not_done() -> None:
    worker, matter = a_worker(COIN), an_interaction()
    macro = a_macro({"do": "tag", "tag": "Press"})
    assert version_of(macro_id=macro.pk, actor=worker).number == 1
    assert version_of(macro_id=macro.pk, actor=worker).number == 1

    macro.texts.update(body="Good day")

    with pytest.raises(RuleBroken, match="changed meanwhile"):
        apply_macro(interaction_id=matter.pk, key="m", number=1, actor=worker)
    apply_macro(interaction_id=matter.pk, key="m", number=2, actor=worker)
    with pytest.raises(DatabaseError), transaction.atomic():
        MacroVersion.objects.update(title="Another")


def test_a_macro_that_is_not_in_use_does_nothing() -> None:
    macro = a_macro({"do": "take"})
    Macro.objects.filter(pk=macro.pk).update(active=False)

    with pytest.raises(RuleBroken):
        apply_macro(interaction_id=an_interaction().pk, key="m", number=1, actor=a_worker())


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "tag"},
        "tag",
        [{"do": "dance"}],
        [{"do": "tag"}],
        [{"do": "tag", "tag": 3}],
        [{"do": "snooze", "hours": "24"}],
        [{"do": "snooze", "hours": True}],
        [{"do": "snooze", "hours": 10**12}],
        [{"do": "snooze", "hours": 0}],
        [{"do": []}],
        [{"do": "take", "who": "me"}],
        [{"do": "take"}] * 11,
    ],
)
def test_effects_that_nobody_could_do_are_not_kept(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        check_effects(wrong)


def test_effects_that_are_whole_are_kept() -> None:
    check_effects([{"do": "take"}, ASK, ASK | {"note": "then we call"}])
    assert set(EFFECTS) >= {"take", "ask"}


def stands(matter: Interaction) -> tuple[Any, ...]:
    matter.refresh_from_db()
    return (
        matter.tags, matter.team_id, matter.owner_id, matter.snoozed_until, matter.priority,
        matter.reason_id, matter.outcome, matter.requests.filter(state="asked").count(),
        matter.follow_ups.filter(state="open").count(),
    )  # fmt: skip
