"""A PostgreSQL of one test's own, made as `manage.py up` makes it: it may be killed."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from crm import embedded
from readiness.registry.resolve import forget_snapshot
from tests import schema


class OwnDatabase:
    """A durable server with the migrated database, which the connection of this test leads to."""

    def __init__(self, place: Path) -> None:
        self.places = embedded.locations(place)
        self.server = embedded.start_postgres(self.places)

    def kill_and_start_again(self) -> None:
        """As after a crash: no backend says goodbye, and the log is replayed."""
        self.server.process.kill()
        self.server.process.wait()
        connection.close()
        self.server = embedded.start_postgres(self.places)


@contextmanager
def own_database() -> Iterator[OwnDatabase]:
    directory = Path(tempfile.mkdtemp(prefix="crm-own-"))
    directory.chmod(0o711)
    own = OwnDatabase(directory / "data")
    shared: dict[str, Any] = {name: connection.settings_dict[name] for name in ("HOST", "NAME")}
    try:
        _lead_to(str(own.places.sockets), schema.NAME)
        schema.make(str(own.places.data_dir))
        yield own
    finally:
        _lead_to(shared["HOST"], shared["NAME"])
        own.server.process.kill()
        own.server.process.wait()
        for made in {directory, own.places.home, own.places.sockets}:
            shutil.rmtree(made, ignore_errors=True)


def _lead_to(host: str, name: str) -> None:
    connection.close()
    connection.settings_dict |= {"HOST": host, "NAME": name}
    forget_snapshot()
