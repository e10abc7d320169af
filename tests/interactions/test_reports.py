"""What a customer is told of their own contacts: all of them, and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Customer
from customers.reporting import kinds
from customers.reporting.kinds import Content
from interactions.models import Interaction, SlaClock
from interactions.processes.close_interaction import cancel, complete
from interactions.processes.deliver_report import SOURCE
from interactions.processes.track_interaction import make_promise
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction, the_clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("plain"),
    pytest.mark.req("R-CIM-19"),
]
DAY = timedelta(days=1)


@pytest.fixture
def priya() -> Customer:
    """With one contact done, one open, one taken out of sight; beside somebody else's."""
    customer = a_customer(name="Priya")
    done = an_interaction(customer, subject="Done", channel="phone", ago=3 * DAY)
    complete(interaction_id=done.pk, outcome="resolved", actor=SYSTEM)
    an_interaction(customer, subject="Open", ago=2 * DAY)
    mistake = an_interaction(customer, subject="A mistake", ago=DAY)
    Interaction.objects.filter(pk=mistake.pk).update(removed_at=timezone.now())
    an_interaction(a_customer(name="Somebody else"), subject="Not hers", ago=DAY)
    return customer


def _told(key: str, customer: Customer) -> Content:
    now = timezone.now()
    return kinds.named(key).build(customer.pk, now - 30 * DAY, now)


def test_the_summary_tells_every_contact_of_theirs_in_words(priya: Customer) -> None:
    told = _told("interactions", priya)

    assert [(row[4], row[3]) for row in told.sections[0].rows] == [
        ("Done", "Phone"),
        ("Open", "E-mail"),
    ]
    assert [value for _name, value in told.figures] == ["2", "1 of 2"]


def test_the_service_levels_are_those_of_their_own_clocks(priya: Customer) -> None:
    told = _told("sla", priya)

    due = SlaClock.objects.filter(
        interaction__subject__in=["Done", "Open"], due_at__lt=timezone.now(), cancelled_at=None
    )
    late = [
        clock
        for clock in due
        if not clock.stopped_at or (clock.due_at and clock.stopped_at > clock.due_at)
    ]
    rows = told.sections[0].rows
    assert {row[1] for row in rows} == {"Done", "Open"}
    assert len(rows) == due.count() > 0
    assert sum(row[-1] == "missed" for row in rows) == len(late) > 0


def test_neither_what_was_called_off_nor_the_report_itself_is_a_contact(priya: Customer) -> None:
    spam = an_interaction(priya, subject="Spam", ago=DAY)
    cancel(interaction_id=spam.pk, reason="spam", actor=SYSTEM)
    an_interaction(priya, subject="Report, October", source=SOURCE, ago=DAY)

    told = _told("interactions", priya)

    assert [row[4] for row in told.sections[0].rows] == ["Done", "Open"]


def test_a_new_time_stands_beside_the_contract_and_does_not_change_it() -> None:
    customer, now = a_customer(name="Ben", email="ben@example.org"), timezone.now()
    matter = an_interaction(customer, ago=timedelta(hours=11))
    clock = the_clock(matter)
    new_time = now + timedelta(hours=2)
    make_promise(clock_id=clock.pk, due_at=new_time, reason="part", actor=SYSTEM)
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)

    told = _told("sla", customer)

    row = next(row for row in told.sections[0].rows if row[2] == "Fix")
    assert (row[4], row[-1]) == (new_time, "missed, new time kept")
    assert dict(told.figures)["New times we gave you"] == "1 of 1 kept"
    assert dict(told.figures)["Kept"].startswith("0 of")
