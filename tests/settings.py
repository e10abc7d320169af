"""The product's settings, pointed at the throw-away servers of this test run."""

from tests import schema, servers

servers.announce()

from crm.settings import *  # noqa: E402, F403  # the settings read the environment that was just announced

DATABASES["default"]["TEST"] = {"TEMPLATE": schema.NAME}  # noqa: F405  # of the settings imported above
INSTALLED_APPS = ["tests.emptying", *INSTALLED_APPS]  # noqa: F405  # its `flush` goes before Django's
