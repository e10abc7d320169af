"""Partner clients, and nothing remembered between tests."""

from tests.crm.tmf.fixtures import _nothing_remembered, partner  # noqa: F401  # used by name
