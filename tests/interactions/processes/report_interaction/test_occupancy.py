"""How much of the time colleagues take work they are on calls, counted a second time by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.accounts.models import Team, User
from interactions.governed import kpis
from interactions.models import Availability, Call
from readiness.registry.measures import measured
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
MINUTE = timedelta(minutes=1)


def _at(minute: float) -> datetime:
    """So many minutes after the beginning of the window, which is a day long and long over."""
    return NOW - timedelta(days=9) + minute * MINUTE


def _row(**scope: Any) -> dict[str, Any]:
    return measured(kpis.OCCUPANCY, a=_at(0), b=_at(24 * 60), **scope)


def _said(user: User, state: str, since: float, until: float | None) -> None:
    Availability.objects.create(
        agent=user, state=state, since=_at(since), until=None if until is None else _at(until)
    )


def _called(user: User | None, answered: float, ended: float, wrapped: float | None = None) -> Call:
    return Call.objects.create(
        source="pbx", external_id=f"{user}-{answered}", direction="inbound", state="ended",
        agent=user, rang_at=_at(answered - 0.5), answered_at=_at(answered), ended_at=_at(ended),
        wrapped_at=None if wrapped is None else _at(wrapped),
    )  # fmt: skip


@pytest.mark.req("R-TMI-12")
def test_time_on_calls_is_set_against_the_time_free_for_them() -> None:
    ana, ben = a_user(username="ana"), a_user(username="ben")
    _said(ana, "available", 0, 60)
    _said(ana, "busy", 60, 90)
    _said(ben, "available", 30, 70)
    _called(ana, 10, 20, 25)
    _called(ana, 58, 66)

    row = _row()

    # Ana: 15 and 8 minutes on calls, of her 60 free ones 43 remain; Ben waited his 40.
    assert (row["busy_seconds"], row["free_seconds"]) == (23 * 60, (43 + 40) * 60)
    assert float(row["value"]) == pytest.approx(23 / (23 + 83))
    assert (row["n"], row["colleagues"], row["excluded"]) == (2, 2, 0)


def test_what_reaches_over_the_edge_counts_up_to_it() -> None:
    ana, day = a_user(username="ana"), 24 * 60
    _said(ana, "available", -60, 30)
    _said(ana, "available", day - 30, None)
    _called(ana, -10, 5)
    _called(ana, day - 5, day + 20)

    row = _row()

    assert (row["busy_seconds"], row["free_seconds"]) == (10 * 60, 50 * 60)


def test_two_calls_at_once_are_one_time() -> None:
    ana = a_user(username="ana")
    _said(ana, "available", 0, 60)
    _called(ana, 10, 20, 30)
    _called(ana, 20, 25, 40)

    assert _row()["busy_seconds"] == 30 * 60


def test_calls_of_who_never_said_that_they_take_work_are_left_out() -> None:
    ana, ben = a_user(username="ana"), a_user(username="ben")
    _said(ana, "available", 0, 60)
    _called(ben, 10, 20)
    _called(None, 10, 20)

    row = _row()

    assert (row["value"], row["busy_seconds"], row["n"], row["excluded"]) == (0, 0, 0, 1)


def test_a_team_has_the_time_of_its_colleagues_and_a_reason_has_none() -> None:
    ana, ben = a_user(username="ana"), a_user(username="ben")
    team = Team.objects.create(name="Second line", slug="second")
    team.members.add(ana)
    for user in (ana, ben):
        _said(user, "available", 0, 60)
        _called(user, 10, 20)

    assert (_row(team=team.pk)["n"], _row(channel="phone")["n"]) == (1, 2)
    assert _row(channel="email")["n"] == _row(vertical="billing")["n"] == 0
    assert _row(vertical="billing")["value"] is None


def test_of_a_period_that_is_still_to_come_nothing_is_known() -> None:
    _said(a_user(), "available", 0, None)
    tomorrow = timezone.now() + timedelta(days=1)

    row = measured(kpis.OCCUPANCY, a=tomorrow, b=tomorrow + timedelta(days=1))

    assert (row["value"], row["free_seconds"], row["n"]) == (None, 0, 0)
