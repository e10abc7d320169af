"""Improvements on the screen: a list that teaches, and one taken step by step to its effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from interactions.models import Improvement
from interactions.processes.improve_interaction import measure_effects
from interactions.web import improvements
from tests.interactions.factories import an_interaction, plain_promises
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _noted() -> Improvement:
    return Improvement.objects.create(signal="seen", measure="S-1", title="Late on Mondays")


def test_the_list_goes_on_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(improvements, "_SHOWN", 2)
    client, _user = a_desk(role="team-lead")
    made = [
        Improvement.objects.create(signal="seen", measure=key, title=key).pk
        for key in ("S-1", "S-2", "S-3", "E-2", "E-3")
    ]
    after, listed = "", list[int]()

    for _page in range(3):
        context = client.get("/improvements", {"after": after}).context
        listed += [row["one"].pk for row in context["rows"]]
        after = context["older"]

    assert (listed, after) == (made[::-1], "")


@pytest.mark.req("R-TMI-13")
def test_an_improvement_goes_from_what_was_noticed_to_its_effect() -> None:
    plain_promises()
    lead, _user = a_desk(role="team-lead")
    owner, _owner = a_desk(role="process-owner")

    lead.post("/improvements/note", {"title": "Late on Mondays", "measure": "S-1"})
    one = Improvement.objects.get()
    at = f"/improvements/{one.public_id}"
    plan = {"cause": "Two away", "change": "A third", "expected": "97", "weeks": "1"}
    assert lead.post(f"{at}/plan", plan).status_code == 303
    assert owner.post(f"{at}/agree", {"note": ""}).status_code == 303
    for _each in range(30):
        an_interaction(ago=timedelta(days=3))
    assert lead.post(f"{at}/done", {"change_made": "Roster 12"}).status_code == 303
    Improvement.objects.update(changed_at=timezone.now() - timedelta(days=8))
    measure_effects(timezone.now())

    page = lead.get(at)
    one.refresh_from_db()
    assert one.state == "measured"
    assert one.expected == pytest.approx(0.97)
    assert page.context["chart"].sentence.endswith("Expected 97.0%, After 0.0%")


def test_what_is_refused_comes_back_with_what_was_typed() -> None:
    owner, _user = a_desk(role="process-owner")
    one = _noted()

    page = owner.post(f"/improvements/{one.public_id}/reject", {"note": " "})

    assert page.status_code == 422
    assert "Say why it is not pursued." in page.content.decode()
    one.refresh_from_db()
    assert one.state == "open"


def test_an_empty_list_says_what_comes_by_itself() -> None:
    lead, _user = a_desk(role="team-lead")

    assert "appear here by themselves" in lead.get("/improvements").content.decode()
    assert "measured" in lead.get("/improvements?show=ended").content.decode()


def test_who_may_not_decide_is_offered_nothing_to_decide() -> None:
    lead, _user = a_desk(role="team-lead")
    one = _noted()

    page = lead.get(f"/improvements/{one.public_id}")

    assert set(page.context["forms"]) == {"plan"}
    assert lead.post(f"/improvements/{one.public_id}/reject", {"note": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["/improvements", "/improvements/note"])
def test_improvements_are_for_leads(path: str) -> None:
    agent, _user = a_desk(role="agent")

    answer = agent.post(path, {}) if path.endswith("note") else agent.get(path)

    assert answer.status_code == 403
