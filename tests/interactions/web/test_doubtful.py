"""Will these be met? Shown to whoever can still act, whole, and gone once somebody did."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.web.times import instant_full
from interactions.models import Interaction, SlaClock
from tests.customers.factories import a_user
from tests.interactions.factories import an_interaction, the_clock
from tests.interactions.web.factories import a_desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]


def in_doubt(owner_id: int) -> Interaction:
    one = an_interaction(owner_id=owner_id, subject="No signal in the cellar since the storm")
    SlaClock.objects.filter(pk=the_clock(one).pk).update(
        jeopardy_at=timezone.now(), predicted_end_at=timezone.now() + timedelta(days=2)
    )
    return one


@pytest.mark.req("R-TMI-9")
def test_the_desk_asks_with_both_times_in_full() -> None:
    client, user = a_desk()
    clock = the_clock(in_doubt(user.pk))

    page = client.get("/desk").content.decode()

    assert clock.due_at is not None
    assert clock.predicted_end_at is not None
    panel = page[page.index('id="doubtful"') :]
    assert instant_full(clock.due_at) in panel
    assert instant_full(clock.predicted_end_at) in panel


def test_it_will_be_met_takes_it_from_the_desk() -> None:
    client, user = a_desk()
    clock = the_clock(in_doubt(user.pk))

    answer = client.post(f"/desk/will-be-met/{clock.pk}", follow=True)

    assert answer.status_code == 200
    assert 'id="doubtful"' not in answer.content.decode()


@pytest.mark.parametrize(("role", "seen"), [("team-lead", 1), ("agent", 0)])
def test_who_leads_sees_what_is_foreseen_for_colleagues(role: str, seen: int) -> None:
    client, _user = a_desk(role)
    in_doubt(a_user(username="colleague").pk)

    assert len(client.get("/desk").context["doubtful"]) == seen
