"""Celery's scheduler, of which any number may run and only one is at work."""

from datetime import timedelta
from typing import Any

from celery.beat import Scheduler
from celery.schedules import schedule
from django.db import Error, connection

# Our only session-level advisory lock; it must pass no transaction-pooling proxy.
BEAT_LOCK = 0x63726D_62656174
LOOK_AGAIN = 5.0


class OneAtWork(Scheduler):
    """Sends only while it holds a PostgreSQL advisory lock, which ends with its connection."""

    holding = False

    def setup_schedule(self) -> None:
        super().setup_schedule()
        # What runs every few seconds or minutes runs at once after a start.
        for entry in self.schedule.values():
            if isinstance(entry.schedule, schedule):
                entry.last_run_at = entry.default_now() - timedelta(seconds=entry.schedule.seconds)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._at_work():
            return LOOK_AGAIN
        return min(float(super().tick(*args, **kwargs)), LOOK_AGAIN)

    def close(self) -> None:
        super().close()
        connection.close()

    def _at_work(self) -> bool:
        question = "SELECT true" if self.holding else f"SELECT pg_try_advisory_lock({BEAT_LOCK})"
        try:
            with connection.cursor() as cursor:
                cursor.execute(question)
                self.holding = cursor.fetchone() == (True,)
        except Error:
            self.holding = False
            connection.close()
        return self.holding
