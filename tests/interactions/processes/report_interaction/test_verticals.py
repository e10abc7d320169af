"""Every contact serves a vertical, and what is split by vertical comes to the total."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.access import SYSTEM
from interactions.governed import CHANNELS, kpis
from interactions.models import Interaction
from interactions.processes.report_interaction import measure_figure
from interactions.processes.report_interaction.measuring import Figure
from readiness.registry.measures import measured
from tests.interactions.factories import an_interaction, governed
from tests.readiness.factories import a_serving_version

pytestmark = pytest.mark.django_db

# Verticals of a contact, its channel, and how many such there are.
CAME: tuple[tuple[list[str], str, int], ...] = (
    (["fulfilment"], "email", 1),
    (["assurance"], "phone", 3),
    (["billing"], "email", 2),
    (["billing", "assurance"], "email", 2),
    (["fulfilment", "assurance", "billing"], "phone", 1),
)
COST = {"email": Decimal("4.50"), "phone": Decimal("7.00")}
KEPT = pytest.mark.req("R-TMI-14", "R-TMI-12")


@pytest.fixture(autouse=True)
def _in_use() -> None:
    governed()


def _priced() -> None:
    for channel, cost in COST.items():
        a_serving_version(
            f"channel.{channel}", {**CHANNELS[channel].baseline, "cost_cents": int(cost * 100)}
        )


def _come() -> None:
    _priced()
    for verticals, channel, times in CAME:
        for _each in range(times):
            an_interaction(channel=channel, verticals=verticals)


def _window() -> tuple[datetime, datetime]:
    now = timezone.now()
    return now - timedelta(days=2), now + timedelta(minutes=1)


def _figure(key: str) -> Figure:
    start, end = _window()
    return measure_figure(key=key, start=start, end=end, by="vertical", actor=SYSTEM)


def _cost(**scope: Any) -> dict[str, Any]:
    start, end = _window()
    return measured(kpis.CONTACT_COST, a=start, b=end, **scope)


@KEPT
def test_counts_of_the_verticals_come_to_the_total_and_those_that_stand_twice() -> None:
    _come()

    contacts, cost = _figure("C-1"), _figure("$-1")

    counted = {name: row["n"] for name, row in contacts.slices.items()}
    assert counted == {"fulfilment": 2, "assurance": 6, "billing": 5}
    assert contacts.row["n"] == cost.row["n"] == 9
    # Two contacts of two verticals and one of three.
    assert sum(counted.values()) == contacts.row["n"] + cost.row["surplus"] == 9 + 2 + 2
    assert {name: one["n"] for name, one in cost.row["by_vertical"].items()} == counted


@KEPT
def test_costs_of_the_verticals_come_to_the_total() -> None:
    _come()

    figure = _figure("$-1")

    whole = sum(COST[channel] * times for _verticals, channel, times in CAME)
    assert figure.row["cost"] == pytest.approx(float(whole))
    for parts in (figure.slices, figure.row["by_vertical"]):
        assert sum(part["cost"] for part in parts.values()) == pytest.approx(float(whole))
    # By hand: one, half of none and a third of a call.
    assert figure.slices["fulfilment"]["cost"] == pytest.approx(4.5 + 7 / 3)
    assert figure.row["value"] == pytest.approx(float(whole) / 9)


@KEPT
def test_a_new_installation_tells_what_its_contacts_cost() -> None:
    an_interaction(channel="phone", verticals=["billing"])

    row = _cost()

    assert (row["unpriced"], row["cost"]) == (0, Decimal("5.80"))
    assert all(slot.baseline["cost_cents"] > 0 for slot in CHANNELS.values())


@KEPT
def test_a_contact_without_a_price_is_named_not_free() -> None:
    free = {
        name: value for name, value in CHANNELS["shop"].baseline.items() if name != "cost_cents"
    }
    a_serving_version("channel.shop", free)
    an_interaction(channel="shop", verticals=["billing", "fulfilment"])
    _priced()
    an_interaction(channel="email", verticals=["billing"])

    row = _cost()

    assert (row["n"], row["unpriced"], row["value"]) == (2, 1, Decimal("4.50"))


@KEPT
def test_what_a_contact_cost_stays_when_the_price_changes() -> None:
    _priced()
    an_interaction(channel="email", verticals=["billing"])
    a_serving_version("channel.email", {**CHANNELS["email"].baseline, "cost_cents": 9900})

    assert _cost()["cost"] == Decimal("4.50")


@pytest.mark.parametrize("key", ["C-1", "C-2", "$-1"])
@KEPT
def test_every_dimension_but_vertical_cuts_into_parts(key: str) -> None:
    _come()
    start, end = _window()

    figure = measure_figure(key=key, start=start, end=end, by="channel", actor=SYSTEM)

    assert sum(row["n"] for row in figure.slices.values()) == figure.row["n"] == 9


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"verticals": []}, "interaction_has_a_vertical"),
        ({"verticals": ["sales"]}, "interaction_verticals_known"),
        ({"verticals": ["billing", "sales"]}, "interaction_verticals_known"),
        ({"customer": None, "source": ""}, "interaction_relates_to_something"),
    ],
)
@pytest.mark.req("R-TMI-14")
def test_the_database_refuses_what_belongs_nowhere(
    changes: dict[str, Any], constraint: str
) -> None:
    matter = an_interaction()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Interaction.objects.filter(pk=matter.pk).update(**changes)


@pytest.mark.req("R-TMI-14")
def test_a_contact_without_verticals_cannot_be_written() -> None:
    matter = an_interaction()

    with pytest.raises(IntegrityError, match="verticals"), transaction.atomic():
        Interaction.objects.filter(pk=matter.pk).update(verticals=None)
