"""An archiver that dies by SIGKILL at the named phase: `python -m … DATABASE STORAGE PHASE N`."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)


def main(database: str, storage: str, phase: str, nth: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from crm.access import SYSTEM
    from customers.processes import archive_information

    settings.STORAGE_DIR = Path(storage)
    connection.settings_dict["NAME"] = database
    archive_information.BATCH = 2
    seen = 0

    def die(reached: str, count: int) -> None:
        nonlocal seen
        seen += reached == phase
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    archive_information.run(data_class="interaction", actor=SYSTEM, now=NOW, progress=die)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
