"""Closed means that the customer knows: held, listed until then, timed, and asked about after."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.access import SYSTEM
from interactions.governed import kpis
from interactions.models import Interaction, Message, Survey
from interactions.processes.close_interaction import close, close_by_policy, complete, reopen
from interactions.processes.measure_satisfaction import ask_opinion
from interactions.web.performance_rows import rows
from readiness.registry.measures import measured
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("plain"),
    pytest.mark.req("R-TMI-8"),
]
HOUR = timedelta(hours=1)


def _done() -> Interaction:
    matter = an_interaction(a_customer(email="priya@example.org"))
    return complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)


def _closed() -> Interaction:
    return close(interaction_id=_done().pk, informed_by="phone", actor=SYSTEM)


def _waits_to_be_told() -> list[int]:
    now = timezone.now()
    return list(rows("uninformed", {}, now, now, now).values_list("pk", flat=True))


@pytest.mark.parametrize("lost", ["customer_informed", "closed_at", "outcome"])
def test_the_database_holds_nothing_closed_without_it(lost: str) -> None:
    matter = _closed()
    empty = None if lost == "closed_at" else ""

    with pytest.raises(IntegrityError, match="interaction_"), transaction.atomic():
        Interaction.objects.filter(pk=matter.pk).update(**{lost: empty})


def test_what_is_done_stands_in_the_list_until_the_customer_knows() -> None:
    matter = _done()
    assert _waits_to_be_told() == [matter.pk]

    close(interaction_id=matter.pk, informed_by="phone", actor=SYSTEM)
    assert _waits_to_be_told() == []

    reopen(interaction_id=matter.pk, reason="It came back", actor=SYSTEM)
    complete(interaction_id=matter.pk, outcome="resolved", actor=SYSTEM)
    assert _waits_to_be_told() == [matter.pk]


def test_closing_by_itself_empties_the_list_once_the_message_arrived() -> None:
    matter, after = _done(), timezone.now() + timedelta(days=3, minutes=1)

    close_by_policy(100, after)
    assert _waits_to_be_told() == [matter.pk]

    queued = Message.objects.filter(interaction=matter, state="queued")
    assert queued.update(state="sent", sent_at=timezone.now()) == 1
    close_by_policy(100, after)
    assert _waits_to_be_told() == []


def test_the_time_until_it_is_done_and_the_time_until_they_know_are_two() -> None:
    now = timezone.now()
    for place, (took, told) in enumerate(((2, 1), (4, 3), (9, 8))):
        matter = _closed()
        done = now - (20 + place) * HOUR
        Interaction.objects.filter(pk=matter.pk).update(
            opened_at=done - took * HOUR, completed_at=done, closed_at=done + told * HOUR
        )

    row = measured(kpis.COMPLETION, a=now - timedelta(days=3), b=now)

    assert (float(row["value"]), float(row["median_to_close"])) == (4 * 3600, 3 * 3600)
    assert float(row["mean_to_close"]) == pytest.approx(4 * 3600)


def test_who_knows_is_asked_how_we_did_and_who_does_not_is_not() -> None:
    done = _done()
    assert ask_opinion(interaction_id=done.pk) is None

    close(interaction_id=done.pk, informed_by="phone", actor=SYSTEM)
    asked = ask_opinion(interaction_id=done.pk)

    assert asked is not None
    assert Survey.objects.get().interaction_id == done.pk
