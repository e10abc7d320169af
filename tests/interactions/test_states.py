"""The table of moves, held against a model by random walks: illegal moves change nothing."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.access import SYSTEM
from crm.errors import RuleBroken
from interactions.models import Interaction
from interactions.models.states import MOVES, may_move
from interactions.processes.close_interaction import cancel, close, complete, reopen
from interactions.processes.track_interaction import rebuild
from interactions.processes.update_interaction import change_fields, go_on, wait_for
from tests.customers.factories import a_customer
from tests.interactions.factories import an_interaction

pytestmark = pytest.mark.django_db

OPEN = ["logged", "in_progress", "waiting_customer", "waiting_internal", "waiting_partner"]
STATUS = [str(status) for status in Interaction.Status]


def steps() -> dict[str, Any]:
    def put(status: str) -> Any:
        return lambda pk: change_fields(interaction_id=pk, changes={"status": status}, actor=SYSTEM)

    return {
        **{f"status {status}": put(status) for status in STATUS},
        "partner": lambda pk: wait_for(interaction_id=pk, whom="partner", actor=SYSTEM),
        "internal": lambda pk: wait_for(interaction_id=pk, whom="internal", actor=SYSTEM),
        "go on": lambda pk: go_on(interaction_id=pk, actor=SYSTEM),
        "complete": lambda pk: complete(interaction_id=pk, outcome="resolved", actor=SYSTEM),
        "close": lambda pk: close(interaction_id=pk, informed_by="phone", actor=SYSTEM),
        "reopen": lambda pk: reopen(interaction_id=pk, reason="again", actor=SYSTEM),
        "cancel": lambda pk: cancel(interaction_id=pk, reason="spam", actor=SYSTEM),
    }


def expected(step: str, status: str) -> str | None:
    """What a step makes of a status by the book; None when it must be refused."""
    ended = status not in OPEN
    fixed = {
        "go on": status if ended else "in_progress",
        "complete": "completed" if not ended else (status if status in DONE else None),
        "close": "closed" if status in DONE else None,
        "reopen": "in_progress" if status in DONE else None,
        "cancel": "cancelled" if not ended or status == "cancelled" else None,
        "partner": "waiting_partner" if not ended else None,
        "internal": "waiting_internal" if not ended else None,
    }
    if step in fixed:
        return fixed[step]
    wanted = step.removeprefix("status ")
    if wanted == status:
        return status
    allowed = not ended and wanted in OPEN and may_move(status, wanted)
    return wanted if allowed else None


DONE = ("completed", "closed")


@pytest.mark.req("R-TMI-1", "R-TMI-2")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(walk=st.lists(st.sampled_from(sorted(steps())), min_size=3, max_size=10))
def test_every_walk_follows_the_book_and_can_be_replayed(plain: None, walk: list[str]) -> None:
    matter = an_interaction(a_customer())
    status = "logged"

    for step in walk:
        wanted = expected(step, status)
        before = matter.events.count()
        if wanted is None:
            with pytest.raises(RuleBroken):
                steps()[step](matter.pk)
            assert matter.events.count() == before
        else:
            steps()[step](matter.pk)
            status = wanted
        matter.refresh_from_db()
        assert matter.status == status

    assert rebuild(interaction_id=matter.pk) == []


def test_every_status_stands_in_the_table() -> None:
    assert {str(status) for status in MOVES} == set(STATUS)


@pytest.mark.req("R-TMI-2")
@pytest.mark.parametrize("statement", ["DELETE FROM", "UPDATE"])
def test_the_timeline_can_not_be_rewritten(plain: None, statement: str) -> None:
    an_interaction()
    change = " SET type = 'x'" if statement == "UPDATE" else ""

    with pytest.raises(Exception, match=r"append_only|Cannot"), connection.cursor() as cursor:
        cursor.execute(f"{statement} interactions_interactionevent{change}")
