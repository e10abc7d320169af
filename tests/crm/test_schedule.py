"""What runs by itself."""

import pytest

from crm.schedule import SCHEDULE


@pytest.mark.parametrize("title", SCHEDULE)
def test_what_runs_every_so_often_does_not_pile_up_while_no_worker_runs(title: str) -> None:
    job = SCHEDULE[title]

    if isinstance(job["schedule"], float):
        assert job["options"]["expires"] == job["schedule"]
    else:
        assert "options" not in job
