"""Every place a role is shown opens for that role and says what it is, with nothing in it yet."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.access import actor_for
from crm.accounts.roles import ROLES
from crm.web import navigation
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
# A partner is a program: it comes by the API and finds no place of its own.
PEOPLE = [role for role in ROLES if role != "partner"]


@pytest.mark.usefixtures("baselines")
@pytest.mark.parametrize("role", PEOPLE)
def test_every_place_in_the_sidebar_opens(client: Client, role: str) -> None:
    user = a_user(role=role, is_staff=role in {"administrator", "auditor"})
    client.force_login(user)
    places = navigation.places_for(actor_for(user))

    answers = {place.url_name: client.get(reverse(place.url_name)) for place in places}

    assert answers
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 200
    )
    assert [name for name, answer in answers.items() if not _heading(answer.content.decode())] == []


@pytest.mark.parametrize("role", PEOPLE)
def test_the_day_begins_at_a_place_that_opens(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))

    answer = client.get("/", follow=True)

    assert answer.status_code == 200
    assert _heading(answer.content.decode())


def _heading(html: str) -> str:
    found = HEADING.search(html)
    return re.sub("<[^>]*>", "", found[1]).strip() if found else ""
