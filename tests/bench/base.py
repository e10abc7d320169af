"""The servers and the generated base that every measurement stands on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CUSTOMERS = int(os.environ.get("CRM_BENCH_CUSTOMERS", "200000"))
INTERACTIONS = int(os.environ.get("CRM_BENCH_INTERACTIONS", "1000000"))
_HERE = Path(__file__).resolve().parents[2]
DIRECTORY = Path(os.environ.get("CRM_BENCH_DIR", _HERE / ".data" / "bench"))


def settle_environment() -> None:
    """Before Django reads its settings: our own servers, nothing from outside."""
    os.environ |= {
        "CRM_ENV": "embedded",
        "CRM_DATA_DIR": str(DIRECTORY),
        "EMAIL_URL": "memorymail://",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)


@contextmanager
def running() -> Iterator[None]:
    """Servers up, schema there, base generated."""
    from crm import embedded

    places = embedded.locations(DIRECTORY)
    places.prepare()
    servers = [embedded.start_postgres(places), embedded.start_redis(places)]
    try:
        import django

        django.setup()
        _prepare()
        yield
    finally:
        from django.db import connections

        connections.close_all()
        for server in reversed(servers):
            server.stop()


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    call_command("starter_set")
    marker = DIRECTORY / f"generated-{CUSTOMERS}-{INTERACTIONS}"
    if not marker.exists():
        call_command("generate", customers=CUSTOMERS, interactions=INTERACTIONS, seed=1)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        marker.touch()
