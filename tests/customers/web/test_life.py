"""The steps in the life of a relationship, on screen."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.customers.factories import a_customer, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CIM-6")]


def as_role(role: str) -> Client:
    client = Client()
    client.force_login(a_user(role=role))
    return client


def test_a_whole_life_is_walked_on_screen() -> None:
    customer, lead = a_customer(status="prospect"), as_role("team-lead")
    states = []

    for step, given in (
        ("verify-identity", {"document": "passport", "reference": "771"}),
        ("activate", {"reason": "first contract"}),
        ("end-services", {"reason": "moved"}),
    ):
        lead.post(reverse(f"customers:life_{step}", args=[customer.pk]), given)
        customer.refresh_from_db()
        states.append(customer.status)
    lead.post(reverse("customers:end", args=[customer.pk]), {"reason": "customer-asked"})
    lead.post(reverse("customers:life_take-up", args=[customer.pk]), {"reason": "came back"})

    customer.refresh_from_db()
    assert [*states, customer.status] == ["verified", "active", "services-ended", "active"]


def test_the_page_offers_the_steps_that_are_open() -> None:
    customer = a_customer(status="prospect")
    page = reverse("customers:page", args=[customer.pk])

    offered = as_role("team-lead").get(page).content.decode()

    for words, there in (("Verify identity", True), ("Take up again", False)):
        assert (words in offered) is there
    assert "End relationship" not in as_role("agent").get(page).content.decode()


def test_a_step_that_cannot_follow_is_said_on_the_form() -> None:
    customer = a_customer(status="prospect")

    answer = as_role("team-lead").post(
        reverse("customers:life_end-services", args=[customer.pk]), {"reason": "x"}
    )

    assert answer.status_code == 422
    assert "cannot follow" in answer.content.decode()


def test_an_agent_ends_nothing() -> None:
    where = reverse("customers:life_end-services", args=[a_customer().pk])

    assert as_role("agent").get(where).status_code == 403
