"""A worker that files arrivals and dies where it is told to: `killed_filer DATABASE PLACE`."""

import os
import signal
import sys
from typing import Any


def _die(*_given: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(database: str, place: str) -> None:
    """File what waits in the database of a test, until `filing.<place>` is reached."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"]["NAME"] = database
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from interactions.models import Inbound
    from interactions.processes.receive_message import file_due, filing

    setattr(filing, place, _die)
    file_due(10)
    sys.stderr.write(f"Lived on: {list(Inbound.objects.values('state', 'code', 'because'))}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
