"""Customers are asked rarely and answer with one click."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import Customer
from customers.processes.manage_consent import record_consent
from interactions.models import Interaction, InteractionEvent, Message, Survey
from interactions.processes.close_interaction import close, complete, reopen
from interactions.processes.measure_satisfaction import ask_opinion, asked, give_opinion, sign
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, governed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_use() -> None:
    governed()


def _closed(customer: Customer, outcome: str = "resolved") -> Interaction:
    matter = an_interaction(customer=customer)
    complete(interaction_id=matter.pk, outcome=outcome, actor=SYSTEM)
    close(interaction_id=matter.pk, informed_by="email", actor=SYSTEM)
    return matter


def _asked(customer: Customer | None = None) -> Survey:
    matter = _closed(customer or a_customer(email="anna@example.org"))
    survey = ask_opinion(interaction_id=matter.pk)
    assert survey
    return survey


@pytest.mark.req("R-CIM-8")
def test_a_closed_matter_is_asked_about_once() -> None:
    survey = _asked()

    assert ask_opinion(interaction_id=survey.interaction_id) is None
    assert survey.message.purpose == "survey"
    assert survey.message.recipient == "anna@example.org"
    assert survey.capability_version.slot.key == "survey.satisfaction"


def test_every_answer_of_the_scale_has_its_link() -> None:
    survey = _asked()

    links = re.findall(r"/opinion/\S+\?score=(\d)", survey.message.body)

    assert links == ["5", "4", "3", "2", "1"]


def test_a_customer_is_asked_in_their_language() -> None:
    customer = a_customer(email="jan@example.org")
    assert customer.party
    type(customer.party).objects.filter(pk=customer.party.pk).update(language="de")

    survey = _asked(customer)

    assert "Wie zufrieden" in survey.message.body
    assert asked(token=sign(survey)).high == "vollkommen"


def test_a_customer_rests_between_two_surveys() -> None:
    customer = a_customer(email="anna@example.org")
    _asked(customer)
    matter = _closed(customer)

    assert ask_opinion(interaction_id=matter.pk) is None
    Survey.objects.update(asked_at=timezone.now() - timedelta(days=31))
    assert ask_opinion(interaction_id=matter.pk)


@pytest.mark.parametrize("outcome", ["no-answer", "withdrawn"])
def test_where_nothing_was_done_nothing_is_asked(outcome: str) -> None:
    matter = _closed(a_customer(email="anna@example.org"), outcome)

    assert ask_opinion(interaction_id=matter.pk) is None


def test_an_open_matter_is_not_asked_about() -> None:
    matter = an_interaction(customer=a_customer(email="anna@example.org"))

    assert ask_opinion(interaction_id=matter.pk) is None


@pytest.mark.req("R-CIM-18")
def test_who_refused_surveys_is_not_asked() -> None:
    customer = a_customer(email="anna@example.org")
    assert customer.party_id
    record_consent(
        party_id=customer.party_id, purpose_key="survey", given=False, source="call", actor=SYSTEM
    )
    matter = _closed(customer)

    assert ask_opinion(interaction_id=matter.pk) is None
    assert not Message.objects.filter(purpose="survey").exists()


def test_closed_again_after_reopening_it_may_be_asked_about_again() -> None:
    survey = _asked()
    matter = survey.interaction
    reopen(interaction_id=matter.pk, reason="Not solved", actor=SYSTEM)
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    close(interaction_id=matter.pk, informed_by="email", actor=SYSTEM)
    Survey.objects.update(asked_at=timezone.now() - timedelta(days=31))

    again = ask_opinion(interaction_id=matter.pk)

    assert again
    assert again.round == 1


def test_an_answer_is_kept_and_may_be_changed() -> None:
    survey = _asked()

    give_opinion(token=sign(survey), score=2, comment="Took long")
    give_opinion(token=sign(survey), score=4)

    survey.refresh_from_db()
    assert (survey.score, survey.comment) == (4, "Took long")
    events = InteractionEvent.objects.filter(type="opinion_given").order_by("seq")
    assert [event.data["score"] for event in events] == [2, 4]


def test_the_same_answer_twice_is_one() -> None:
    survey = _asked()

    for _each in range(2):
        give_opinion(token=sign(survey), score=5)

    assert InteractionEvent.objects.filter(type="opinion_given").count() == 1


@pytest.mark.parametrize("score", [0, 6])
def test_an_answer_off_the_scale_is_refused(score: int) -> None:
    with pytest.raises(RuleBroken, match="from 1 to 5"):
        give_opinion(token=sign(_asked()), score=score)


def test_a_link_nobody_signed_opens_nothing() -> None:
    survey = _asked()

    for token in ("x", f"{survey.public_id.hex}:forged", sign(survey)[:-1]):
        with pytest.raises(RuleBroken, match="the link is damaged"):
            give_opinion(token=token, score=5)


def test_a_survey_ends() -> None:
    survey = _asked()
    Survey.objects.update(open_until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(RuleBroken, match="time is over"):
        give_opinion(token=sign(survey), score=5)


def test_an_opinion_moves_no_clock() -> None:
    survey = _asked()
    before = list(survey.interaction.clocks.order_by("pk").values())

    give_opinion(token=sign(survey), score=1)

    assert list(survey.interaction.clocks.order_by("pk").values()) == before


class TestThePageBehindTheLink:
    def test_reading_it_answers_nothing(self, client: Client) -> None:
        survey = _asked()

        page = client.get(f"/opinion/{sign(survey)}", {"score": 4})

        assert page.status_code == 200
        assert "You chose 4." in page.content.decode()
        survey.refresh_from_db()
        assert survey.score is None

    def test_what_runs_the_script_of_the_page_answers_nothing_either(self, client: Client) -> None:
        page = client.get(f"/opinion/{sign(_asked())}", {"score": 4}).content.decode()

        triggers = re.findall(r'hx-trigger="([^"]*)"', page)

        assert [word.split()[0] for word in triggers[0].split(", ")] == [
            "pointermove",
            "pointerdown",
            "keydown",
        ]
        assert len(triggers) == 1

    def test_a_gesture_keeps_what_was_clicked_and_says_so(self, client: Client) -> None:
        survey = _asked()

        told = client.post(f"/opinion/{sign(survey)}", {"score": 4}, headers={"HX-Request": "true"})

        assert "Your answer is kept" in told.content.decode()
        survey.refresh_from_db()
        assert survey.score == 4

    def test_a_click_without_script_needs_one_button_more(self, client: Client) -> None:
        survey = _asked()

        page = client.post(f"/opinion/{sign(survey)}", {"score": 4, "comment": "Kind"}, follow=True)

        assert "Thank you" in page.content.decode()
        survey.refresh_from_db()
        assert (survey.score, survey.comment) == (4, "Kind")

    def test_an_answer_off_the_scale_says_what_to_choose(self, client: Client) -> None:
        page = client.post(f"/opinion/{sign(_asked())}", {"score": 9})

        assert page.status_code == 422
        assert "from 1 to 5" in page.content.decode()

    def test_a_damaged_link_is_told_kindly(self, client: Client) -> None:
        page = client.get("/opinion/nobody")

        assert page.status_code == 404
        assert "Thank you all the same" in page.content.decode()
