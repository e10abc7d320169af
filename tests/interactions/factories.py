"""Interactions, colleagues and governed behaviour for tests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from crm.access import SYSTEM, Actor
from customers.models import Customer
from interactions.governed import policies
from interactions.models import Interaction, Message, SlaClock
from interactions.processes.log_interaction import log_interaction
from interactions.processes.update_interaction import add_message
from interactions.reasons import load_reasons
from readiness.models import CapabilityVersion
from tests.customers.factories import a_customer, an_agent
from tests.readiness.factories import a_serving_version, load_baselines

WORKING = (
    "interactions.view_interaction",
    "interactions.view_all_interactions",
    "interactions.log_interaction",
    "interactions.update_interaction",
    "interactions.close_interaction",
    "interactions.assign_interaction",
    "customers.view_customer",
    "customers.view_all_customers",
)
AROUND_THE_CLOCK: Mapping[str, Any] = {
    "calendars": {"always": {"tz": "UTC", "always": True}},
}


def governed() -> None:
    """Everything interactions ask readiness for is in use, as shipped, with its reasons."""
    load_baselines()
    load_reasons()


def a_policy(**changes: Any) -> Mapping[str, Any]:
    """One promise for everybody on a calendar that never closes: 1 h to reply, 10 h to fix."""
    targets = changes.pop("targets", None) or {
        "first_response": 3600,
        "next_response": 7200,
        "resolution": 36_000,
    }
    return {
        **policies.BASELINE,
        "rules": [],
        "default": {"name": "default", "calendar": "always", "targets": targets},
        **changes,
    }


def plain_promises(**changes: Any) -> CapabilityVersion:
    """Everything in use, with promises that can be reckoned in the head."""
    governed()
    a_serving_version("sla.calendar", AROUND_THE_CLOCK)
    return a_serving_version("sla.policy", a_policy(**changes))


def a_worker(*more: str, **fields: Any) -> Actor:
    """Somebody who may do everything with interactions and see every customer."""
    return an_agent(*WORKING, *more, **fields)


def an_interaction(
    customer: Customer | None = None,
    *,
    ago: timedelta | None = None,
    actor: Actor = SYSTEM,
    **fields: Any,
) -> Interaction:
    """An inbound e-mail about a slow connection, logged through the process itself."""
    given: dict[str, Any] = {
        "channel": "email",
        "subject": "Internet is slow",
        "text": "Since Monday.",
    }
    if ago is not None:
        given["occurred_at"] = timezone.now() - ago
    return log_interaction(
        customer_id=(customer or a_customer()).pk, actor=actor, **(given | fields)
    )


def something_said(interaction: Interaction | None = None) -> Message:
    """A further message of the customer, by which files can come."""
    return add_message(
        interaction_id=(interaction or an_interaction()).pk,
        body="See these.",
        direction="inbound",
        channel="email",
        actor=SYSTEM,
    )


def the_clock(interaction: Interaction, target: str = "resolution", cycle: int = 1) -> SlaClock:
    return SlaClock.objects.get(interaction=interaction, target=target, cycle=cycle)


def later(moment: datetime, **parts: float) -> datetime:
    return moment + timedelta(**parts)
