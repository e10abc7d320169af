"""Launcher of the embedded PostgreSQL and Redis, for machines that have no servers of their own."""

from crm.embedded.broker import start_redis
from crm.embedded.database import start_postgres
from crm.embedded.places import Places, locations, urls
from crm.embedded.secret import secret_key
from crm.embedded.server import Server
from crm.embedded.trouble import Trouble

__all__ = [
    "Places",
    "Server",
    "Trouble",
    "locations",
    "secret_key",
    "start_postgres",
    "start_redis",
    "urls",
]
