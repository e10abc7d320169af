"""Several at the same moment, each on a connection of its own."""

import threading
import time
from collections.abc import Callable

from django.db import connection


def at_once(*actions: Callable[[], object]) -> list[BaseException]:
    """Run all of them at the same moment, each on its own connection."""
    start, failed = threading.Barrier(len(actions)), list[BaseException]()

    def run(action: Callable[[], object]) -> None:
        start.wait()
        try:
            action()
        except BaseException as problem:  # the test looks at it
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def wait_until(true: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait until something is true; a busy machine may take its time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"gave up after {seconds} s"
        time.sleep(0.02)


def somebody_waits_for_a_lock() -> bool:
    """Whether some other session of this database waits for a lock."""
    with connection.cursor() as cursor:
        # Else a transaction sees the others as they were when it first looked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
