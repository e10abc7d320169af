"""What customer information hears of itself: a file that came in is searched for duplicates."""

from functools import partial

from celery import current_app
from celery.exceptions import OperationalError
from django.db import transaction

from crm.events.catalogue import CustomersImported
from crm.events.registry import on


@on(CustomersImported)
def search_the_file_for_duplicates(event: CustomersImported, event_id: int) -> None:
    """Only a nudge: that a search is due is read from the tables, and asked every quarter hour."""
    transaction.on_commit(partial(_nudge, "customers.tasks.take_up_search"), robust=True)


def _nudge(task: str) -> None:
    try:
        current_app.send_task(task, retry=False)
    except OperationalError:
        # The broker is away; the schedule asks again.
        return
