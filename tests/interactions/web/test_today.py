"""The figures of one person's day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import SYSTEM
from interactions.models import SlaClock
from interactions.processes.close_interaction import complete
from interactions.processes.update_interaction import add_message
from interactions.web.today import figures
from tests.customers.factories import a_user
from tests.interactions.factories import a_worker, an_interaction, the_clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def _shown(actor: object) -> dict[str, tuple[str, str]]:
    found = figures(actor, timezone.now(), desk="/desk")  # type: ignore[arg-type]  # a worker
    return {one.label: (one.value, one.sub) for one in found}


def test_day_counts_replies_and_what_was_finished() -> None:
    me = a_worker()
    answered = an_interaction(owner_id=me.pk)
    add_message(interaction_id=answered.pk, body="Done.", channel="phone", actor=me)
    complete(interaction_id=answered.pk, outcome="resolved", actor=me)
    an_interaction(owner_id=me.pk)

    shown = _shown(me)

    assert shown["Handled today"] == ("1", "")
    assert shown["Replied in time"] == ("100%", "1 of 1")
    assert shown["Promises kept"] == ("2 of 2", "")


def test_miss_of_today_nobody_told_of_stands_there_and_one_of_yesterday_does_not() -> None:
    me = a_worker()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for due_at in (midnight, midnight - timedelta(hours=1)):
        clock = the_clock(an_interaction(owner_id=me.pk))
        SlaClock.objects.filter(pk=clock.pk).update(due_at=due_at)

    assert _shown(me)["Told before a miss"] == ("0 of 1", "")


def test_matters_of_others_are_not_in_my_day() -> None:
    me, other = a_worker(), a_user(role="agent")
    theirs = an_interaction(owner_id=other.pk)
    complete(interaction_id=theirs.pk, outcome="resolved", actor=SYSTEM)

    assert _shown(me)["Replied in time"] == ("–", "")
    assert _shown(me)["Promises kept"] == ("–", "")
