"""Hand work to a worker once it is written; a broker that is away delays it, and loses nothing."""

from functools import partial

from celery import current_app
from celery.exceptions import OperationalError
from django.db import transaction


def begin(task: str, number: int) -> None:
    """After the commit; a tick takes up what the broker could not."""
    transaction.on_commit(partial(_send, task, number))


def _send(task: str, number: int) -> None:
    try:
        current_app.send_task(task, args=[number], retry=False)
    except OperationalError:
        return
