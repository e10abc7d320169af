"""The list of keys is true: every key of the agent's pages is in it, and every key in it works."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.web.shortcuts import PLACES
from interactions.macros import load_macros
from interactions.models import Interaction, Macro, OwnField
from interactions.processes.close_interaction import complete
from interactions.processes.manage_interaction import snooze
from interactions.processes.update_interaction import add_message, wait_for
from interactions.web.forms import tomorrow_morning
from tests.customers.factories import a_customer
from tests.customers.insight.factories import a_fact
from tests.interactions.factories import a_worker, an_interaction
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

_KEY = re.compile(r'data-(?:row-)?key="([^"]+)"')
_WRITTEN = {"Ctrl+Enter": "Ctrl ↵", "Ctrl+Shift+Enter": "Ctrl Shift ↵"}
# Walked, ticked, opened and closed by the script itself; a tab's number stands for all of them.
_BY_SCRIPT = {"J", "K", "X", "Enter", "Esc", *"23456"}
# Of fragments that come later: the facts, and rows that came in.
_LATER = {"F", "Y", "N", "U"}


def _keys(client: Client, path: str) -> set[str]:
    found = _KEY.findall(client.get(path).content.decode())
    return {_WRITTEN.get(key, key) for key in found}


def _listed(*labels: str) -> set[str]:
    return {key for place in PLACES if str(place.label) in labels for key, _what in place.keys}


def _desk(client: Client, user_id: int) -> set[str]:
    an_interaction(owner_id=user_id)
    return _keys(client, "/desk")


def _interaction(client: Client, user_id: int) -> set[str]:
    """The keys of a matter in every state in which it offers something else."""
    load_macros()
    Macro.objects.filter(key="done").update(effects=[{"do": "take"}])
    OwnField.objects.create(key="floor", label="Floor", value_type="whole")
    mine, asleep, waiting, done = (an_interaction(owner_id=user_id) for _each in range(4))
    another = an_interaction(customer=mine.customer)
    add_message(interaction_id=mine.pk, body="And now?", direction="inbound", actor=a_worker())
    snooze(interaction_id=asleep.pk, until=tomorrow_morning(), actor=a_worker())
    wait_for(interaction_id=waiting.pk, whom="internal", actor=a_worker())
    complete(interaction_id=done.pk, outcome="resolved", actor=a_worker())
    pages = [mine, asleep, waiting, done, another]
    paths = [_url(one) for one in pages]
    return {key for path in [*paths, f"{paths[0]}?macro=done"] for key in _keys(client, path)}


def _customer(client: Client, _user_id: int) -> set[str]:
    """The keys of a customer's page with the panels that come later."""
    customer = a_customer()
    an_interaction(customer=customer)
    a_fact(customer, "household.partner", observed_at=timezone.now() - timedelta(days=900))
    panels = ("interactions:timeline", "insight:to_confirm", "customers:page")
    return {key for name in panels for key in _keys(client, reverse(name, args=[customer.pk]))}


def _url(one: Interaction) -> str:
    return f"/interactions/{one.public_id}"


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        (_desk, ("Desk", "Lists")),
        (_interaction, ("Interaction",)),
        (_customer, ("Customer",)),
    ],
)
def test_every_key_of_a_page_is_in_the_list_and_every_key_of_the_list_on_a_page(
    page: object, labels: tuple[str, ...]
) -> None:
    client, user = a_desk()
    assert callable(page)

    there = page(client, user.pk)

    assert there - _listed("Everywhere", *labels) - _BY_SCRIPT == set()
    assert _listed(*labels) - there - _BY_SCRIPT - _LATER == set()


@pytest.mark.parametrize("role", ["team-lead", "administrator"])
def test_every_key_of_the_sidebar_is_in_the_list(role: str) -> None:
    client, _user = a_desk(role=role)

    assert _keys(client, "/notices") - _listed("Everywhere") == set()
