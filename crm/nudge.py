"""Send a task that a periodic job would find as well: the speed, never the guarantee."""

from typing import Any

import structlog
from celery import Task
from celery.exceptions import OperationalError


def nudge(task: "Task[Any, Any]", *args: Any) -> bool:
    """Send a task now; whether the broker took it, which nobody has to wait for long."""
    try:
        task.apply_async(args, retry=False)
    except OperationalError as problem:
        structlog.get_logger(__name__).warning("nudge.lost", task=task.name, problem=str(problem))
        return False
    return True
