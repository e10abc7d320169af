import pytest

from crm.access import SYSTEM
from crm.accounts.models import Team, User
from crm.accounts.names import at_work, forget_names, known_as, teams

pytestmark = pytest.mark.django_db


def test_a_login_is_read_as_the_person() -> None:
    User.objects.create_user("ellie", first_name="Ellie", last_name="Marsh")

    assert known_as("ellie") == "Ellie Marsh"


@pytest.mark.parametrize(("kept", "read"), [("billing feed", "billing feed"), ("", ""), (None, "")])
def test_what_is_no_login_stays_as_it_was_written(kept: str | None, read: str) -> None:
    assert known_as(kept) == read


def test_what_nobody_did_is_said_of_the_system() -> None:
    assert known_as(SYSTEM.name) == "the system"


def test_who_can_be_given_work_is_listed_by_name() -> None:
    zoe = User.objects.create_user("zoe")
    ann = User.objects.create_user("z1", first_name="Ann", last_name="Lee")
    User.objects.create_user("left", first_name="Bea", is_active=False)
    User.objects.create_user("billing", is_partner=True)

    assert at_work() == ((str(zoe.pk), "zoe"), (str(ann.pk), "Ann Lee"))


def test_who_can_be_given_work_is_asked_once_a_minute() -> None:
    assert at_work() == ()
    User.objects.create_user("zoe")

    assert at_work() == ()
    forget_names()
    assert [name for _pk, name in at_work()] == ["zoe"]


def test_teams_are_listed_by_name() -> None:
    Team.objects.all().delete()
    night, day = (Team.objects.create(slug=name, name=name) for name in ("night", "day"))

    assert teams() == ((str(day.pk), "day"), (str(night.pk), "night"))
