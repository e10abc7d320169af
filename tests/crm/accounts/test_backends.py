import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from pytest_django import DjangoAssertNumQueries

from crm.accounts.backends import NameOrEmailBackend
from crm.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ellie() -> User:
    return User.objects.create_user("ellie", "Ellie.Marsh@example.org", "a long pass phrase")


@pytest.mark.parametrize("name", ["ellie", "ellie.marsh@example.org", "ELLIE.MARSH@example.org"])
def test_either_name_a_person_remembers_signs_in(ellie: User, name: str) -> None:
    assert authenticate(username=name, password="a long pass phrase") == ellie


def test_a_wrong_password_is_refused(ellie: User) -> None:
    assert authenticate(username=ellie.email, password="guess") is None


def test_a_partner_system_never_signs_in_on_a_page() -> None:
    User.objects.create_user("billing", password="a long pass phrase", is_partner=True)

    assert authenticate(username="billing", password="a long pass phrase") is None


def test_what_a_person_may_is_their_own_and_what_their_roles_give(ellie: User) -> None:
    own, given, _other = Permission.objects.order_by("pk")[:3]
    role = Group.objects.create(name="shift lead")
    role.permissions.add(given, own)
    ellie.groups.add(role)
    ellie.user_permissions.add(own)

    may = User.objects.get(pk=ellie.pk).get_all_permissions()

    assert may == {f"{one.content_type.app_label}.{one.codename}" for one in (own, given)}
    assert may == ModelBackend().get_all_permissions(User.objects.get(pk=ellie.pk))


@pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_active": False}])
def test_who_may_everything_or_nothing_is_told_as_by_django(
    ellie: User, fields: dict[str, bool]
) -> None:
    User.objects.filter(pk=ellie.pk).update(**fields)
    person = User.objects.get(pk=ellie.pk)

    assert NameOrEmailBackend().get_all_permissions(person) == ModelBackend().get_all_permissions(
        User.objects.get(pk=ellie.pk)
    )


def test_what_a_person_may_is_asked_once_a_request(
    ellie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = User.objects.get(pk=ellie.pk)

    with django_assert_num_queries(1):
        assert not person.has_perm("interactions.view_interaction")
        assert person.get_all_permissions() == set()
