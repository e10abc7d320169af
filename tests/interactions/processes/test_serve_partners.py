"""Tickets and messages of partners, straight through the processes."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.models import Communication, Interaction
from interactions.processes.serve_partners import ask_to_send, change_ticket, open_ticket
from tests.customers.factories import a_customer, an_agent
from tests.interactions.factories import a_worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def test_severity_decides_how_urgent_the_matter_is() -> None:
    ticket = open_ticket(
        customer_id=None, channel="api", subject="Cut", description="Cut", severity="Critical",
        ticket_type="fault", status="", as_given={}, actor=SYSTEM,
    )  # fmt: skip
    assert ticket.interaction.priority == 1

    change_ticket(interaction_id=ticket.pk, fields={"severity": "low"}, as_given={}, actor=SYSTEM)
    assert Interaction.objects.get().priority == 4


def test_a_stale_change_of_a_ticket_is_refused() -> None:
    ticket = open_ticket(
        customer_id=None, channel="api", subject="Cut", description="Cut", severity="low",
        ticket_type="fault", status="", as_given={}, actor=SYSTEM,
    )  # fmt: skip

    with pytest.raises(RuleBroken) as refused:
        change_ticket(
            interaction_id=ticket.pk, fields={}, as_given={}, expected_revision=99,
            actor=a_worker(),
        )  # fmt: skip
    assert refused.value.kind == "precondition"


def test_a_customer_the_partner_may_not_see_is_not_written_to() -> None:
    customer = a_customer(email="priya@example.org")
    blind = an_agent("interactions.update_interaction", "interactions.view_interaction")

    asked = ask_to_send(
        customer_id=customer.pk, subject="", content="Hi", state="initial", as_given={},
        actor=blind,
    )  # fmt: skip

    assert (asked.message, asked.because) == (None, "No customer of ours is named.")


def test_who_may_not_work_on_interactions_asks_for_nothing() -> None:
    with pytest.raises(PermissionDenied):
        ask_to_send(
            customer_id=None, subject="", content="Hi", state="initial", as_given={},
            actor=an_agent("interactions.view_interaction"),
        )  # fmt: skip
    assert Communication.objects.exists() is False
