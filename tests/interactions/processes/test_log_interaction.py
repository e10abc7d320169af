"""Logging a contact: three fields, once, with the promise that applies."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from crm.errors import RuleBroken
from crm.events.models import OutboxEvent
from customers.models import Agreement, Hold
from interactions.models import ArmedClock, Commitment, Interaction, SlaClock
from interactions.processes.log_interaction import log_interaction
from readiness.models import CapabilityVersion
from readiness.registry.resolve import forget_snapshot
from tests.customers.factories import a_customer, a_team, an_agent
from tests.interactions.factories import (
    a_policy,
    a_worker,
    an_interaction,
    plain_promises,
    the_clock,
)
from tests.readiness.factories import a_pilot, a_serving_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain(plain: None) -> None:
    """Promises that can be reckoned in the head."""


@pytest.mark.req("R-TMI-2", "R-TMI-5", "R-TMI-14")
def test_three_fields_are_enough_and_start_the_clocks() -> None:
    customer, agent = a_customer(), a_worker()

    logged = log_interaction(
        customer_id=customer.pk, channel="phone", reason_key="slow-internet", actor=agent
    )

    assert (logged.status, logged.subject, logged.owner_id) == ("logged", "Slow internet", agent.pk)
    assert logged.verticals == ["assurance"]
    assert logged.events.get().type == "opened"
    due = dict(SlaClock.objects.filter(interaction=logged).values_list("target", "due_at"))
    start = logged.opened_at.replace(microsecond=0)
    assert due == {
        "first_response": start + timedelta(hours=1),
        "resolution": start + timedelta(hours=10),
    }
    assert (logged.due_next_at, logged.due_next_target) == (due["first_response"], "first_response")


@pytest.mark.req("R-CSR-23")
def test_every_effect_names_the_version_that_caused_it() -> None:
    logged = an_interaction()

    clock = the_clock(logged)
    assert clock.capability_version.slot.key == "sla.policy"
    assert clock.calendar_version.slot.key == "sla.calendar"
    assert logged.capability_version is not None
    assert logged.capability_version.slot.key == "channel.email"
    assert Commitment.objects.filter(clock=clock).values_list("number", "origin").get() == (
        1,
        "policy",
    )


def test_the_next_stage_of_each_clock_is_armed() -> None:
    logged = an_interaction()

    armed = ArmedClock.objects.get(clock=the_clock(logged))
    assert (armed.stage, armed.next_fire_at) == (
        50,
        logged.opened_at.replace(microsecond=0) + timedelta(hours=5),
    )


def test_it_is_told_once_and_holds_the_customer() -> None:
    logged = an_interaction()

    event = OutboxEvent.objects.get(name="interaction.logged")
    assert event.payload["interaction_id"] == logged.pk
    assert Hold.objects.get(customer=logged.customer).reference == str(logged.public_id)


@pytest.mark.req("R-TMI-3")
def test_the_same_contact_delivered_twice_is_one_interaction() -> None:
    first = an_interaction(external_id="<a@b>", source="mail")
    second = an_interaction(first.customer, external_id="<a@b>", source="mail")

    assert first == second
    assert Interaction.objects.count() == 1
    assert OutboxEvent.objects.filter(name="interaction.logged").count() == 1


def test_the_past_is_accepted_and_the_future_is_not() -> None:
    yesterday = timezone.now() - timedelta(days=1)

    assert an_interaction(occurred_at=yesterday).opened_at == yesterday
    assert (
        an_interaction(occurred_at=timezone.now() + timedelta(days=1)).opened_at <= timezone.now()
    )


@pytest.mark.parametrize(
    ("_case", "fields", "code"),
    [
        ("unknown channel", {"channel": "carrier-pigeon"}, "unknown-channel"),
        ("unknown direction", {"direction": "sideways"}, "unknown-direction"),
        ("unknown reason", {"reason_key": "weather"}, "unknown-reason"),
        ("unknown vertical", {"verticals": ["sales"]}, "unknown-verticals"),
        ("nothing said", {"subject": " ", "text": " "}, "nothing-said"),
        ("unknown owner", {"owner_id": 0}, "unknown-owner"),
        ("unknown team", {"team_id": 0}, "unknown-team"),
    ],
)
def test_what_makes_no_sense_is_refused(_case: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        an_interaction(**fields)

    assert refused.value.code == code
    assert Interaction.objects.exists() is False


@pytest.mark.req("R-TMI-4")
def test_a_channel_that_is_off_takes_nothing_in() -> None:
    CapabilityVersion.objects.filter(slot__key="channel.chat").update(state="suspended")
    forget_snapshot()

    with pytest.raises(RuleBroken) as refused:
        an_interaction(channel="chat")

    assert (refused.value.code, refused.value.field) == ("channel-off", "channel")


def test_without_a_policy_it_is_logged_without_a_promise_and_says_so() -> None:
    CapabilityVersion.objects.filter(slot__key="sla.policy").update(state="suspended")
    forget_snapshot()

    logged = an_interaction()

    assert logged.clocks.count() == 0
    assert "sla.policy" in logged.events.get().data["no_promise_because"]


@pytest.mark.req("R-CSR-24")
def test_new_clocks_use_the_new_policy_and_old_ones_keep_theirs() -> None:
    old = an_interaction()
    a_serving_version("sla.policy", a_policy(targets={"first_response": 60, "resolution": 120}))

    new = an_interaction()

    assert (the_clock(old).target_seconds, the_clock(new).target_seconds) == (36_000, 120)
    assert the_clock(old).capability_version_id != the_clock(new).capability_version_id


@pytest.mark.req("R-CSR-24")
def test_a_pilot_reaches_whole_customers_and_nobody_else() -> None:
    pilot = a_pilot(
        "sla.policy", a_policy(targets={"first_response": 60, "resolution": 120}), percent=50
    )
    customers = [a_customer() for _ in range(24)]

    clocks = {
        customer.pk: {the_clock(an_interaction(customer)).capability_version_id for _ in range(2)}
        for customer in customers
    }

    assert all(len(versions) == 1 for versions in clocks.values())
    served = sum(versions == {pilot.pk} for versions in clocks.values())
    assert 0 < served < len(customers)


@pytest.mark.req("R-TMI-5")
def test_the_agreement_of_the_customer_decides_before_the_default() -> None:
    plain_promises(
        rules=[
            {
                "name": "gold",
                "when": {"tier": ["gold"]},
                "calendar": "always",
                "targets": {"first_response": 600, "resolution": 6000},
            }
        ]
    )
    customer = a_customer()
    Agreement.objects.create(customer=customer, name="Gold care", sla_tier="gold")
    Agreement.objects.create(
        customer=customer,
        name="Old",
        sla_tier="platinum",
        valid_to=timezone.localdate().replace(year=2020),
    )

    logged = an_interaction(customer)

    clock = the_clock(logged)
    assert (clock.rule, clock.target_seconds) == ("gold", 6000)
    assert logged.events.get().data["promise"]["tier_because"] == "agreement Gold care"


def test_an_outbound_contact_owes_no_first_reply() -> None:
    logged = an_interaction(direction="outbound")

    assert set(logged.clocks.values_list("target", flat=True)) == {"resolution"}


def test_a_named_team_gets_it_without_an_owner() -> None:
    team = a_team()

    logged = an_interaction(actor=a_worker(), team_id=team.pk)

    assert (logged.team_id, logged.owner_id) == (team.pk, None)


def test_a_self_service_request_can_be_complete_at_once() -> None:
    logged = an_interaction(channel="web", status="completed")

    assert (logged.status, logged.outcome) == ("completed", "resolved")
    assert list(logged.events.values_list("type", flat=True)) == ["opened", "completed"]


def test_a_stranger_to_the_permission_changes_nothing() -> None:
    with pytest.raises(PermissionDenied):
        an_interaction(actor=an_agent("customers.view_customer"))

    assert Interaction.objects.exists() is False


def test_a_customer_one_may_not_see_is_not_there() -> None:
    hidden = a_customer()

    with pytest.raises(type(hidden).DoesNotExist):
        an_interaction(hidden, actor=an_agent("interactions.log_interaction"))


def test_a_contact_of_somebody_unknown_is_kept_too() -> None:
    logged = log_interaction(customer_id=None, channel="phone", subject="Hung up", actor=SYSTEM)

    assert logged.customer is None
    assert logged.clocks.count() == 2
