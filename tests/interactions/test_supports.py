"""People and stocks are judged by the rows as they stand, and each judgement can turn."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from crm.access import SYSTEM
from customers.models import Party
from interactions import supports
from interactions.models import AgentProfile, Interaction, Macro, Reason
from interactions.reads import languages_waiting
from readiness.models import KnowledgeArticle
from readiness.processes.introduce_capability import hold_capability
from readiness.registry.resolve import forget_snapshot, resolve
from readiness.registry.supports import Stand
from tests.customers.factories import a_customer, a_party, a_user
from tests.interactions.factories import a_policy, governed
from tests.readiness.factories import a_serving_version

pytestmark = [pytest.mark.django_db, pytest.mark.req("R-CSR-1")]
WORK = "interactions.update_interaction"


def seen(stand: Stand) -> tuple[str, bool]:
    return stand.why, stand.stops


def a_colleague(*skills: str, languages: tuple[str, ...] = ()) -> None:
    user = a_user(WORK, languages_spoken=list(languages))
    AgentProfile.objects.create(user=user, skills=list(skills))


def a_matter_in(language: str) -> None:
    """One open matter whose customer is written to in this language."""
    party = a_party()
    Party.objects.filter(pk=party.pk).update(language=language)
    Interaction.objects.create(
        customer=a_customer(party=party),
        channel="phone",
        direction="inbound",
        subject="x",
        verticals=["billing"],
        opened_at=timezone.now(),
    )


def a_reason(key: str = "bill-wrong", vertical: str = "billing") -> None:
    Reason.objects.all().update(active=False)
    Reason.objects.create(key=key, name=key, vertical=vertical)


def test_a_reason_nobody_takes_stops_work() -> None:
    a_reason()
    assert seen(supports.every_reason_has_somebody()) == ("nobody", True)

    a_colleague("assurance")
    assert seen(supports.every_reason_has_somebody()) == ("1 missing", True)

    a_colleague("billing")
    stand = supports.every_reason_has_somebody()
    assert seen(stand) == ("one person", False)
    assert stand.sentence == "One colleague alone can take: bill-wrong."

    a_colleague()
    assert seen(supports.every_reason_has_somebody()) == ("", False)


def test_a_language_nobody_speaks_stops_work() -> None:
    a_matter_in("pl-PL")
    a_colleague(languages=("en", "de-AT"))
    stand = supports.every_language_has_somebody()
    assert seen(stand) == ("lacks pl", True)
    assert stand.sentence == "Nobody speaks pl: 1 open matters find no colleague."

    a_colleague(languages=("pl",))
    assert seen(supports.every_language_has_somebody()) == ("", False)


def test_the_language_wished_for_service_goes_before_that_of_the_party() -> None:
    a_matter_in("pl")
    party = Party.objects.get(language="pl")
    party.communication_needs.create(topic="service", channel="email", language="de")

    assert dict(languages_waiting()) == {"de": 1}


def test_what_has_ended_asks_for_no_language() -> None:
    a_matter_in("pl")
    Interaction.objects.update(
        status=Interaction.Status.CANCELLED, closed_at=timezone.now(), outcome="x"
    )

    assert not languages_waiting()


def test_messages_lack_the_language_of_an_open_matter() -> None:
    governed()
    assert seen(supports.messages_speak_every_language()) == ("", False)

    a_matter_in("pl")
    assert seen(supports.messages_speak_every_language()) == ("lacks pl", False)

    hold_capability(version_id=resolve("notify.template_set").version_id, reason="x", actor=SYSTEM)
    forget_snapshot()
    assert seen(supports.messages_speak_every_language()) == ("off", True)


def test_macros_are_counted_by_the_languages_they_lack() -> None:
    Macro.objects.all().delete()
    assert seen(supports.macros_speak_every_language()) == ("none", False)

    thanks = Macro.objects.create(key="thanks", title="Thanks")
    thanks.texts.create(language="en", body="Thank you")
    assert seen(supports.macros_speak_every_language()) == ("", False)

    a_matter_in("pl")
    assert seen(supports.macros_speak_every_language()) == ("1 missing", False)


@pytest.mark.parametrize(
    ("judge", "audience"),
    [(supports.articles_for_colleagues, "internal"), (supports.articles_for_customers, "customer")],
)
def test_articles_count_once_they_may_be_relied_on(
    judge: Callable[[], Stand], audience: str
) -> None:
    KnowledgeArticle.objects.all().delete()
    article = KnowledgeArticle.objects.create(
        key="router", audience=audience, verticals=["assurance"]
    )
    article.texts.create(language="en", title="Router", body="Turn it off.")
    assert seen(judge()) == ("none", False)

    KnowledgeArticle.objects.update(confidence="validated")
    assert seen(judge()) == ("", False)

    a_matter_in("de")
    assert seen(judge()) == ("1 missing", False)


def test_a_vertical_without_reasons_stops_work() -> None:
    a_reason(vertical="billing")

    assert seen(supports.every_vertical_has_reasons()) == ("2 missing", True)


def test_a_calendar_without_the_holidays_ahead_is_watched() -> None:
    governed()
    with time_machine.travel(date(2026, 11, 29)):
        assert seen(supports.calendars_know_their_holidays()) == ("", False)

    with time_machine.travel(date(2031, 1, 2)):
        stand = supports.calendars_know_their_holidays()
    assert seen(stand) == ("no holidays", False)
    assert "desk" in stand.sentence


def test_a_calendar_that_promises_name_and_nobody_wrote_stops_work() -> None:
    governed()
    a_serving_version("sla.policy", a_policy())
    forget_snapshot()

    stand = supports.calendars_know_their_holidays()

    assert seen(stand) == ("missing", True)
    assert stand.sentence == "Promises use calendars that are not there: always."
