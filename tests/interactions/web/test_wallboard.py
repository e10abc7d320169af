"""The wallboard as a screen shows and refreshes it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from crm.accounts.models import Team
from interactions.models import Interaction
from tests.interactions.factories import an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def test_the_wall_shows_what_is_missed_and_hears_of_changes() -> None:
    client, _user = a_desk(role="team-lead")
    an_interaction(ago=timedelta(hours=3))

    page = client.get("/wallboard")

    told = {one["label"]: (one["value"], one["tone"]) for one in page.context["figures"]}
    assert told["Promise missed"] == ("1", "bad")
    assert told["Colleagues present"] == ("0", "warn")
    assert 'data-live="queue"' in page.content.decode()


def test_without_work_the_wall_says_what_will_stand_there() -> None:
    client, _user = a_desk(role="team-lead")

    assert "What comes in on any channel stands here" in client.get("/wallboard").content.decode()


def test_a_poll_gets_the_changing_part_and_then_nothing_new() -> None:
    client, _user = a_desk(role="team-lead")
    poll = {"HX-Request": "true"}
    part = client.get("/wallboard", headers=poll)

    again = client.get("/wallboard", headers={**poll, "If-None-Match": part["ETag"]})

    assert "<html" not in part.content.decode()
    assert again.status_code in {200, 304}
    assert again.status_code == 304 or again["ETag"] != part["ETag"]


def test_the_wall_is_for_leads() -> None:
    client, _user = a_desk(role="agent")

    assert client.get("/wallboard").status_code == 403


@pytest.mark.req("R-TMI-12")
def test_what_belongs_to_no_team_leads_to_its_rows_too() -> None:
    client, _user = a_desk(role="team-lead")
    team = Team.objects.create(slug="repair", name="Repair")
    alone, _other = an_interaction(), an_interaction(team_id=team.pk)

    page = client.get("/wallboard")

    row = next(one for one in page.context["queues"] if one["one"].team is None)
    shown = client.get(row["rows"]["open"])
    listed = shown.context["rows"]
    assert shown.context["scope"] == "Without a team"
    assert row["rows"]["open"] in page.content.decode().replace("&amp;", "&")
    assert [one["one"] for one in listed] == [alone]


@pytest.mark.req("R-TMI-12")
def test_each_figure_of_the_wall_leads_to_as_many_rows() -> None:
    client, _user = a_desk(role="team-lead")
    team, now = Team.objects.create(slug="repair", name="Repair"), timezone.now()
    hour = timedelta(hours=1)
    states: list[dict[str, object]] = [
        {"due_next_at": now - hour},
        {"due_next_at": now + hour / 2, "first_response_at": now},
        {"due_next_at": now + hour / 2, "first_response_at": now},
        {"due_next_at": now + 9 * hour, "status": "waiting_customer"},
    ]
    for state in states:
        matter = an_interaction(team_id=team.pk)
        Interaction.objects.filter(pk=matter.pk).update(**state)
    an_interaction()

    page = client.get("/wallboard", {"team": team.pk})

    figures = [one for one in page.context["figures"] if one["url"]]
    counted = [one["value"] for one in figures][:4]
    listed = [len(client.get(one["url"]).context["rows"]) for one in figures]
    assert counted == ["4", "2", "1", "1"]
    assert listed == [4, 2, 1, 1, 1]
    assert page.context["queues"][0]["rows"]["late"] == figures[2]["url"]
