"""What runs by itself."""

import pytest
from celery import current_app

from crm.events.tasks import deliver, deliver_these, heartbeat
from crm.schedule import SCHEDULE
from crm.tmf.tasks import tell_listener
from interactions.tasks import fire_due_clocks


@pytest.mark.parametrize("title", SCHEDULE)
def test_what_runs_every_so_often_does_not_pile_up_while_no_worker_runs(title: str) -> None:
    job = SCHEDULE[title]

    if isinstance(job["schedule"], float):
        assert job["options"]["expires"] == job["schedule"]
    else:
        assert "options" not in job


def test_a_backlog_of_events_and_callbacks_holds_up_no_clock() -> None:
    tasks = (heartbeat, fire_due_clocks, deliver, deliver_these, tell_listener)
    router = current_app.amqp.router
    places = [router.route({}, task.name).get("priority", 0) for task in tasks]

    assert places == [0, 0, 3, 3, 6]


def test_a_listener_that_is_asked_for_again_is_not_asked_for_twice() -> None:
    again = next(job for job in SCHEDULE.values() if job["task"] == "crm.tmf.tasks.tell_listeners")

    assert tell_listener.expires == again["schedule"]
