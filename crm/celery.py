"""The Celery application: the same path in every mode, configured by Django's settings."""

import os
import time
from typing import Any

from celery import Celery
from celery.exceptions import OperationalError
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

# Whoever sends a task has a person, or a partner's call, waiting; the outbox and the periodic jobs
# find whatever could not be sent.
PATIENCE_SECONDS = 1.0
REST_SECONDS = 5.0
_SENDING = {
    "socket_timeout": PATIENCE_SECONDS,
    "socket_connect_timeout": PATIENCE_SECONDS,
    "max_retries": 0,
}


class Sender(Celery):
    """Celery that asks a broker which is down or silent once, and then leaves it for a while."""

    _rests_until = 0.0

    def connection_for_write(
        self, url: str | None = None, *args: Any, transport_options: Any = None, **named: Any
    ) -> Any:
        """A connection to send on; a worker listens on one that is more patient."""
        options = {**_SENDING, **(transport_options or {})}
        return super().connection_for_write(url, *args, transport_options=options, **named)

    def send_task(self, *args: Any, **named: Any) -> Any:
        """Send, or raise OperationalError within a second or so; within no time after that."""
        if time.monotonic() < self._rests_until:
            raise OperationalError("The broker did not answer a moment ago.")
        try:
            return super().send_task(*args, **named)
        except OperationalError:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise


app = Sender("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Carries the request id of the web request into the log lines of its tasks.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
