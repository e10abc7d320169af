"""People at the screens, for tests of the frame."""

from django.contrib.auth.models import Permission
from django.test import Client

from crm.access import Actor, actor_for
from crm.accounts.models import User

PASSWORD = "right-horse-9"


def a_user(name: str = "ellie", **values: str | bool) -> User:
    """A member of staff who may sign in."""
    return User.objects.create_user(
        name, f"{name}@example.org", PASSWORD, first_name="Ellie", last_name="Marsh", **values
    )


def a_client(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def an_actor(user: User, *permissions: str) -> Actor:
    """The actor of a user who holds these permissions."""
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return actor_for(User.objects.get(pk=user.pk))
