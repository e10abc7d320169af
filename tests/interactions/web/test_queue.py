"""The queue: what sleeps, what is at risk, words that were said, and filters somebody keeps."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.access import SYSTEM, actor_for
from crm.audit.models import Access
from interactions.models import Interaction, SavedView
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import escalate, plan_follow_up, snooze
from interactions.processes.update_interaction import add_message
from interactions.web import queue
from interactions.web.words_in import said_in
from tests.customers.factories import a_team
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

HOUR = timedelta(hours=1)


def subjects(client: Client, query: str) -> list[str]:
    return [row.interaction.subject for row in client.get(f"/desk?{query}").context["rows"]]


def test_what_sleeps_is_out_of_sight_until_its_promise_is_due() -> None:
    client, _user = a_desk()
    asleep = an_interaction(subject="asleep")
    due = an_interaction(subject="due", ago=2 * HOUR)
    for one in (asleep, due):
        snooze(interaction_id=one.pk, until=timezone.now() + 24 * HOUR, actor=SYSTEM)
    Interaction.objects.filter(pk=asleep.pk).update(due_next_at=timezone.now() + 30 * HOUR)

    assert subjects(client, "tab=all") == ["due"]
    assert subjects(client, "tab=all&need=snoozed") == ["due", "asleep"]


@pytest.mark.req("R-TMI-7")
def test_what_needs_somebody_is_found_by_name() -> None:
    client, _user = a_desk()
    done, loud = an_interaction(subject="done"), an_interaction(subject="loud")
    complete(interaction_id=done.pk, outcome="resolved", actor=SYSTEM)
    escalate(interaction_id=loud.pk, reason="help", actor=SYSTEM)

    assert subjects(client, "tab=all&need=done") == ["done"]
    assert subjects(client, "tab=all&need=escalated") == ["loud"]


def test_at_risk_and_awaiting_have_tabs_of_their_own() -> None:
    client, _user = a_desk()
    an_interaction(subject="late", ago=2 * HOUR)
    waits = an_interaction(subject="waits")
    Interaction.objects.filter(pk=waits.pk).update(status="waiting_customer")

    assert subjects(client, "tab=risk") == ["late"]
    assert subjects(client, "tab=waiting") == ["waits"]


def test_counts_stop_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "CAP", 1)
    for _each in range(3):
        an_interaction()
    _client, user = a_desk()

    assert queue.counts(actor_for(user), timezone.now())["all"] == 2


def test_words_said_in_subject_or_message_are_found_and_the_search_is_on_record() -> None:
    client, user = a_desk()
    an_interaction(subject="Router blinks red")
    spoken = an_interaction(subject="other")
    add_message(interaction_id=spoken.pk, body="The red lamp.", kind="note", actor=SYSTEM)
    an_interaction(subject="nothing of it")

    assert subjects(client, "tab=all&words=red") == ["other", "Router blinks red"]
    assert subjects(client, "tab=all&words=router+bli") == ["Router blinks red"]
    assert subjects(client, "tab=all&words=%21%21") == []
    assert Access.objects.filter(actor_id=user.pk, action="search", detail="red").exists()


def test_words_said_often_are_paged_through_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    client, _user = a_desk(role="team-lead")
    made = [an_interaction(subject=f"Router {n}") for n in range(5)]
    for one in made[:3]:
        add_message(interaction_id=one.pk, body="Router, again.", kind="note", actor=SYSTEM)
        add_message(interaction_id=one.pk, body="Router, and again.", kind="note", actor=SYSTEM)

    asked, found = "/desk?tab=all&words=router", list[str]()
    while asked:
        page = client.get(asked)
        found += [row.interaction.subject for row in page.context["rows"]]
        older = page.context["older"]
        asked = f"/desk?tab=all&words=router&after={quote(older)}" if older else ""

    assert found == [f"Router {n}" for n in (4, 3, 2, 1, 0)]


def test_words_tell_nothing_to_who_may_not_see_people() -> None:
    client, _user = a_desk(role="auditor")
    an_interaction(subject="Router blinks red")
    an_interaction(subject="other")

    assert len(subjects(client, "tab=all&words=red")) == 2


def test_words_are_looked_up_in_the_indexes() -> None:
    with CaptureQueriesContext(connection) as asked:
        said_in("red lamp", Interaction.objects.all())
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        # Next to nothing is there yet: walking through all of it would always be cheapest.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append(str(cursor.fetchall()))

    assert "interaction_words" in plans[0]
    assert "message_words" in plans[1]


def test_words_are_found_in_what_has_ended_when_that_is_asked_for() -> None:
    client, _user = a_desk()
    done = an_interaction(subject="Router blinks red")
    complete(interaction_id=done.pk, outcome="resolved", actor=SYSTEM)

    assert subjects(client, "tab=all&words=red") == []
    assert subjects(client, "tab=all&words=red&need=ever") == ["Router blinks red"]


def test_a_kept_filter_shows_its_count_and_is_ones_own() -> None:
    client, user = a_desk()
    other, _colleague = a_desk()
    an_interaction(subject="web", channel="web")

    client.post("/desk/filters", {"name": "Web", "query": "tab=all&channel=web&x=y"})

    kept = SavedView.objects.get(user=user)
    assert kept.query == "tab=all&channel=web"
    (chip,) = client.get("/desk?tab=all&channel=web").context["kept"]
    assert (chip.name, chip.n, chip.on) == ("Web", 1, True)
    assert other.get("/desk").context["kept"] == []
    other.post(f"/desk/filters/{kept.pk}/forget")
    assert SavedView.objects.filter(pk=kept.pk).exists()
    client.post(f"/desk/filters/{kept.pk}/forget")
    assert SavedView.objects.filter(pk=kept.pk).exists() is False


@pytest.mark.req("R-TMI-1")
@pytest.mark.parametrize("step", ["assign", "snooze", "transfer"])
def test_selected_rows_take_a_step_together_and_back(step: str) -> None:
    client, user = a_desk()
    team, chosen = a_team(), [an_interaction(), an_interaction()]
    given = {"step": step, "owner": user.pk, "team": team.pk, "pick": [one.pk for one in chosen]}

    client.post("/desk/batch", given)
    changed = {
        "assign": Interaction.objects.filter(owner=user),
        "snooze": Interaction.objects.filter(snoozed_until__isnull=False),
        "transfer": Interaction.objects.filter(team=team),
    }[step]
    assert set(changed.all()) == set(chosen)

    page = client.get("/desk?tab=all").content.decode()
    undo = next(part for part in page.split('"') if part.startswith("/desk/batch/"))
    client.post(undo)
    assert changed.all().exists() is False


def test_the_switch_is_kept_in_the_database_and_shown() -> None:
    client, user = a_desk()
    an_interaction(owner_id=user.pk)

    client.post("/desk/available", {"state": "away"})
    away = client.get("/desk")
    client.post("/desk/available", {"state": "available"})
    back = client.get("/desk")

    assert (away.context["here"].available, back.context["here"].available) == (False, True)
    assert back.context["here"].busy == 1
    assert "Away" in away.content.decode()


def test_follow_ups_of_today_stand_on_the_desk_until_they_are_done() -> None:
    client, user = a_desk()
    one = an_interaction(owner_id=user.pk)
    plan = plan_follow_up(
        interaction_id=one.pk, kind="call", note="Ring Idris",
        due_at=timezone.now() + timedelta(seconds=5), actor=actor_for(user),
    )  # fmt: skip
    assert "Ring Idris" in client.get("/desk").content.decode()

    client.post(f"/follow-ups/{plan.pk}/done")

    plan.refresh_from_db()
    assert plan.state == "done"
    assert "Ring Idris" not in client.get("/desk").content.decode()
