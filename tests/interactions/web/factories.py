"""People at the desk."""

from django.test import Client

from crm.accounts.models import User
from tests.customers.factories import a_user


def a_desk(role: str = "agent", **fields: str) -> tuple[Client, User]:
    """A signed-in browser and whose it is."""
    user = a_user(role=role, first_name="Ellie", last_name="Marsh", **fields)
    client = Client()
    client.force_login(user)
    return client, user
