"""Who writes while we are closed hears when we open and by when they are answered: once."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from interactions.governed import wording
from interactions.models import Message, SlaClock
from interactions.processes.notify_customer.acknowledging import say_when_we_open
from tests.customers.factories import a_customer, a_medium, a_party
from tests.interactions.mails import a_mail
from tests.interactions.processes.receive_message.factories import arrived
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]

PRIYA = "priya@example.org"


def closed_until(*days: datetime) -> None:
    """Nothing counts before nine o'clock of the first of these days, or between them."""
    hours: Mapping[str, Any] = {
        "tz": "UTC",
        "weekly": {},
        "exceptions": {day.date().isoformat(): [["09:00", "17:00"]] for day in days},
    }
    a_serving_version("sla.calendar", {"calendars": {"always": hours}})


def in_two_days() -> datetime:
    day = (timezone.now() + timedelta(days=2)).date()
    return datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone())


def a_writer() -> None:
    party = a_party()
    a_medium(party, "email", PRIYA, state="verified", verified_at=timezone.now())
    a_customer(party=party)


def write(**headers: Any) -> None:
    arrived(a_mail(sender=PRIYA, **headers))


def told() -> list[Message]:
    return list(Message.objects.filter(kind="notice"))


@pytest.mark.req("R-TMI-4", "R-TMI-5")
def test_the_opening_and_the_due_time_are_said_once() -> None:
    opens = in_two_days()
    closed_until(opens)
    a_writer()

    write(message_id="<1@example.org>")
    write(message_id="<1@example.org>")

    (notice,) = told()
    assert notice.recipient == PRIYA
    assert str(opens.day) in notice.body
    assert "open again" in notice.body


def test_a_subject_that_ends_a_sentence_does_not_end_ours_too() -> None:
    closed_until(in_two_days())
    a_writer()

    write(subject="The line is dead.")

    (notice,) = told()
    assert "“The line is dead”. We" in notice.body


@pytest.mark.req("R-TMI-4")
def test_a_time_that_is_over_is_promised_to_nobody() -> None:
    opens = in_two_days()
    closed_until(*(opens + timedelta(days=days) for days in (0, 5)))
    a_writer()
    write()
    (clock,) = SlaClock.objects.filter(target="first_response")
    assert clock.due_at
    Message.objects.filter(kind="notice").delete()

    late = say_when_we_open(clock.interaction, clock.due_at.replace(hour=22))
    early = say_when_we_open(clock.interaction, clock.due_at.replace(hour=0) - timedelta(hours=2))

    assert late is None
    assert early is not None


def test_during_the_hours_a_person_answers() -> None:
    a_writer()

    write()

    assert told() == []


def test_a_machine_is_told_nothing() -> None:
    closed_until(in_two_days())
    a_writer()

    write(Auto_Submitted="auto-replied")

    assert told() == []


def test_a_set_without_words_for_it_says_nothing() -> None:
    closed_until(in_two_days())
    a_writer()
    plain = {
        language: {key: one for key, one in said.items() if key != "closed"}
        for language, said in wording.BASELINE["templates"].items()
    }
    wording.check({"templates": plain})
    a_serving_version("notify.template_set", {"templates": plain})

    write()

    assert told() == []
