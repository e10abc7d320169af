"""Workers that are killed, and a broker that forgets: nothing lost, nothing twice."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from crm.celery import app
from interactions.models import Inbound, Interaction, Message
from interactions.processes.receive_message import file_due, keep
from interactions.tasks import file_arrivals
from tests.interactions.factories import plain_promises
from tests.interactions.mails import a_mail

pytestmark = pytest.mark.django_db(transaction=True)


def kill_a_filer(place: str) -> None:
    """Let a worker of its own file what waits; it has to die by SIGKILL at that place."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", f"{__package__}.killed_filer", name, place]
    root = Path(__file__).resolve().parents[4]
    ended = subprocess.run(command, cwd=root, capture_output=True, check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.req("R-TMI-3", "R-TMI-4")
@pytest.mark.parametrize("at", ["log_interaction", "enclose", "_settle"])
def test_a_worker_killed_between_receiving_and_recording_leaves_it_to_the_next(
    at: str,
) -> None:
    plain_promises()
    keep(channel="email", source="test", raw=a_mail())
    kill_a_filer(at)
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
