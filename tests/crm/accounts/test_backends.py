import pytest
from django.contrib.auth import authenticate

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
