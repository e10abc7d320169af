"""Tell a worker after the commit that something waits; `sweep` is the guarantee, this is the speed.

A transaction sends one message, however many events it published: a broker that is down or silent
then costs it one wait and not one for each event.
"""

from django.db import connection, transaction

from crm.nudge import nudge

_MOST_IN_A_MESSAGE = 200


class _AfterCommit:
    """What one transaction owes; several savepoints of it share one `owed`."""

    def __init__(self, owed: list[int]) -> None:
        self.owed = owed

    def __call__(self) -> None:
        # The first one that runs sends for all. What a savepoint took back is sent along: there
        # is no such row, and the worker finds nothing to claim.
        ids, self.owed[:] = list(self.owed), []
        deliver_soon(ids)


def after_commit(delivery_ids: list[int]) -> None:
    """Have these deliveries made as soon as this transaction stands."""
    held, shared = _earlier_in_this_transaction()
    shared.extend(delivery_ids)
    if held is None or not held <= set(connection.savepoint_ids):
        # The earlier callback would go with a savepoint that ours may outlive.
        transaction.on_commit(_AfterCommit(shared), robust=True)


def deliver_soon(delivery_ids: list[int]) -> None:
    """Send these deliveries to a worker, in their order; a broker that fails is left to `sweep`."""
    from crm.events.tasks import deliver_these

    for start in range(0, len(delivery_ids), _MOST_IN_A_MESSAGE):
        if not nudge(deliver_these, delivery_ids[start : start + _MOST_IN_A_MESSAGE]):
            return


def _earlier_in_this_transaction() -> tuple[set[str] | None, list[int]]:
    for held in reversed(connection.run_on_commit):
        if isinstance(held[1], _AfterCommit):
            return set(held[0]), held[1].owed
    return None, []
