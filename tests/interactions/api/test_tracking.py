"""Track and manage over the API: moves with 409, promises with reasons, questions, timeline."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.models import Access
from interactions.models import Interaction, ResponseRequest, Tag
from interactions.processes.update_interaction import add_message
from tests.crm.tmf.partners import Partner, a_partner
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def url(one: Interaction, what: str) -> str:
    return f"/api/v1/interactions/{one.public_id}/{what}"


def ask(partner: Partner, one: Interaction, **more: Any) -> Any:
    body = {
        "question": "Which lamp is red?",
        "dueDate": (timezone.now() + timedelta(days=2)).isoformat(),
        "onTimeout": "call",
    }
    return partner.post(url(one, "response-requests"), body | more)


@pytest.mark.req("R-TMI-1", "R-TMI-7", "R-TMI-8")
def test_a_matter_goes_all_its_way_over_the_api(partner: Partner) -> None:
    one = an_interaction(a_customer())
    assert partner.get(url(one, "moves")).json()["status"] == "logged"
    way: list[dict[str, str]] = [
        {"to": "in_progress"},
        {"to": "waiting_partner"},
        {"to": "completed", "outcome": "resolved"},
        {"to": "closed", "informedBy": "phone"},
        {"to": "in_progress", "reason": "It came back"},
        {"to": "cancelled", "reason": "double"},
    ]

    answers = [partner.post(url(one, "moves"), step) for step in way]

    assert [answer.status_code for answer in answers] == [200] * len(way)
    assert [answer.json()["status"] for answer in answers] == [step["to"] for step in way]
    assert answers[-1].json()["next"] == []


@pytest.mark.req("R-TMI-1")
@pytest.mark.parametrize(
    "step",
    [
        {"to": "in_progress"},
        {"to": "waiting_internal"},
        {"to": "completed", "outcome": "resolved"},
        {"to": "closed", "informedBy": "phone"},
    ],
)
def test_an_illegal_move_is_409_and_changes_nothing(partner: Partner, step: dict[str, str]) -> None:
    one = an_interaction(a_customer(), status="cancelled")
    events = one.events.count()

    answer = partner.post(url(one, "moves"), step)

    assert answer.status_code == 409
    assert Interaction.objects.get(pk=one.pk).status == "cancelled"
    assert one.events.count() == events


@pytest.mark.req("R-TMI-5")
def test_the_promises_say_which_rule_why_and_until_when(partner: Partner) -> None:
    one = an_interaction(a_customer())

    clocks = partner.get(url(one, "sla")).json()["clock"]

    fix = next(each for each in clocks if each["target"] == "resolution")
    assert (fix["rule"], fix["state"], fix["targetSeconds"]) == ("default", "running", 36_000)
    assert fix["promise"][0]["number"] == 1
    assert fix["timeZoneRules"] == the_clock(one).zone_rules


@pytest.mark.req("R-TMI-11")
def test_what_is_asked_over_the_api_is_answered_by_whatever_the_customer_says(
    partner: Partner,
) -> None:
    one = an_interaction(a_customer())
    made = ask(partner, one)
    assert (made.status_code, made.json()["state"]) == (201, "asked")
    assert the_clock(one).state == "paused"

    add_message(interaction_id=one.pk, body="The left", direction="inbound", channel="phone",
                actor=SYSTEM)  # fmt: skip

    (asked,) = partner.get(url(one, "response-requests")).json()["responseRequest"]
    assert (asked["state"], asked["onTimeout"]) == ("answered", "call")
    assert the_clock(one).state == "running"


@pytest.mark.req("R-TMI-11")
def test_the_same_question_with_one_key_is_one_and_can_be_withdrawn(partner: Partner) -> None:
    one = an_interaction(a_customer())
    body = {"question": "Which?", "dueDate": "2099-01-01T00:00:00Z", "onTimeout": "proceed"}

    for _ in range(2):
        partner.post(url(one, "response-requests"), body, Idempotency_Key="one-and-the-same")
    asked = ResponseRequest.objects.get()
    answer = partner.delete(url(one, f"response-requests/{asked.pk}"))

    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (204, "withdrawn")
    assert the_clock(one).state == "running"


@pytest.mark.parametrize(
    "wrong", [{"dueDate": "soon"}, {"onTimeout": "explode"}, {"question": " "}]
)
def test_what_can_not_be_asked_is_named(partner: Partner, wrong: dict[str, str]) -> None:
    answer = ask(partner, an_interaction(a_customer()), **wrong)

    assert answer.status_code in {400, 422}
    assert ResponseRequest.objects.exists() is False


@pytest.mark.req("R-TMI-2")
def test_the_timeline_is_read_in_order_with_its_seal(partner: Partner) -> None:
    one = an_interaction(a_customer())
    partner.post(url(one, "moves"), {"to": "in_progress"})

    body = partner.get(url(one, "events")).json()

    assert body["sealed"] is True
    assert [row["number"] for row in body["event"]] == list(range(1, len(body["event"]) + 1))
    assert body["event"][0]["type"] == "opened"
    assert partner.get(url(one, "events?after=1")).json()["event"][0]["number"] == 2


@pytest.mark.parametrize(
    ("what", "said"),
    [("events", "timeline"), ("sla", "promises"), ("response-requests", "questions")],
)
def test_each_look_is_kept(what: str, said: str, partner: Partner) -> None:
    one = an_interaction(a_customer())

    partner.get(url(one, what), X_Purpose="complaint 7")

    look = Access.objects.get(subject="interaction")
    assert (look.subject_ids, look.purpose) == ([one.pk], "complaint 7")
    assert look.detail == f"{one.reference}, {said}"


def test_who_may_not_see_it_learns_nothing() -> None:
    one = an_interaction(a_customer())
    stranger = a_partner("customers.view_customer")

    for what in ("moves", "sla", "response-requests", "events"):
        assert stranger.get(url(one, what)).status_code in {403, 404}


@pytest.mark.req("R-TMI-3")
def test_each_subject_gets_its_outcome_and_holds_the_matter_open_until_then(
    partner: Partner,
) -> None:
    one = an_interaction(a_customer())
    bill = partner.post(url(one, "subjects"), {"subject": "Bill", "type": "Bill", "about": "b-3"})
    done = {"to": "completed", "outcome": "resolved"}
    assert (bill.status_code, partner.post(url(one, "moves"), done).status_code) == (201, 409)

    path = f"subjects/{bill.json()['id']}/outcome"
    assert partner.post(url(one, path), {"outcome": "no such"}).status_code == 422
    told = partner.post(url(one, path), {"outcome": "explained", "note": "Roaming"})

    assert (told.status_code, told.json()["outcome"], told.json()["about"]) == (
        200, "explained", "b-3",
    )  # fmt: skip
    assert partner.post(url(one, "moves"), done).status_code == 200
    (listed,) = partner.get(url(one, "subjects")).json()["subject"]
    assert (listed["subject"], listed["note"]) == ("Bill", "Roaming")


@pytest.mark.req("R-TMI-1")
def test_tags_are_put_on_read_and_taken_off_by_name(partner: Partner) -> None:
    one = an_interaction(a_customer())
    Tag.objects.create(name="Call back", coined_by="x")

    put = partner.post(url(one, "tags"), {"name": "callback"})
    strange = partner.post(url(one, "tags"), {"name": "Press"})

    assert put.json()["tag"] == [{"name": "Call back"}]
    assert strange.status_code == 422
    assert partner.get("/api/v1/interactions/tags").json()["tag"] == [{"name": "Call back"}]
    assert partner.delete(url(one, "tags/call%20back")).status_code == 204
    assert partner.get(url(one, "tags")).json()["tag"] == []
