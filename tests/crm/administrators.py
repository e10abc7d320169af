"""Browsers of staff in the administration: a role and nothing more, no superuser."""

from django.test import Client

from crm.accounts.models import User
from tests.customers.factories import a_user


def a_staff_browser(*permissions: str, role: str = "") -> Client:
    user = a_user(*permissions, role=role, is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client
