import pytest

from crm.access import SYSTEM
from crm.accounts.models import User
from crm.accounts.names import known_as

pytestmark = pytest.mark.django_db


def test_a_login_is_read_as_the_person() -> None:
    User.objects.create_user("ellie", first_name="Ellie", last_name="Marsh")

    assert known_as("ellie") == "Ellie Marsh"


@pytest.mark.parametrize(("kept", "read"), [("billing feed", "billing feed"), ("", ""), (None, "")])
def test_what_is_no_login_stays_as_it_was_written(kept: str | None, read: str) -> None:
    assert known_as(kept) == read


def test_what_nobody_did_is_said_of_the_system() -> None:
    assert known_as(SYSTEM.name) == "the system"
