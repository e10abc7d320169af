"""A run of another app's import is kept with its numbers and problems."""

import pytest

from crm.access import SYSTEM
from customers.models import ImportRun
from customers.processes.keep_import_run import keep_import_run

pytestmark = pytest.mark.django_db


def test_the_run_is_kept_with_the_rows_that_need_a_person() -> None:
    numbers = {"total": 2, "created": 1, "updated": 0, "unchanged": 0, "failed": 1}
    problem = {"line": 3, "column": "Date", "value": "noon", "reason": "Not a date", "row": {}}

    run = keep_import_run(
        kind="interactions",
        file_name="a.csv",
        mapping={"schema": "x"},
        numbers=numbers,
        problems=[problem],
        actor=SYSTEM,
    )

    assert (run.state, run.processed, run.failed) == (ImportRun.State.DONE, 2, 1)
    assert run.problems.get().reason == "Not a date"
