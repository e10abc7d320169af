"""Workers that are killed, and a broker that forgets: nothing lost, nothing twice."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from crm.celery import app
from interactions.models import Inbound, Interaction, Message
from interactions.processes.receive_message import file_due, filing, keep
from interactions.tasks import file_arrivals
from tests.interactions.factories import plain_promises
from tests.interactions.mails import a_mail

pytestmark = pytest.mark.django_db(transaction=True)


def killed_in(what: Callable[[], object]) -> None:
    """Run it in a process of its own, which has to die by SIGKILL."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            what()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def die(*_given: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.req("R-TMI-3", "R-TMI-4")
@pytest.mark.parametrize("at", ["log_interaction", "enclose", "_settle"])
def test_a_worker_killed_between_receiving_and_recording_leaves_it_to_the_next(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_promises()
    keep(channel="email", source="test", raw=a_mail())
    with monkeypatch.context() as broken:
        broken.setattr(filing, at, die)
        killed_in(lambda: file_due(10))
    assert Interaction.objects.exists() is False
    assert file_due(10) == 0

    Inbound.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    file_due(10)

    assert (Interaction.objects.count(), Message.objects.count()) == (1, 1)
    assert Inbound.objects.get().attempts == 2


def test_what_is_kept_does_not_live_in_the_broker() -> None:
    plain_promises()
    keep(channel="email", source="test", raw=a_mail())
    app.control.purge()

    file_arrivals()

    assert Interaction.objects.count() == 1
