import pytest

from readiness.registry import supports
from readiness.registry.supports import SKILLS, Stand, Support, people_with
from tests.customers.factories import a_user

OPERATIONS = "readiness.accept_for_operations"
BILLING = "readiness.accept_for_billing"


@pytest.mark.django_db
@pytest.mark.req("R-CSR-1")
@pytest.mark.parametrize(
    ("people", "least", "why", "stops"),
    [
        (0, 1, "nobody", True),
        (1, 1, "nobody to spare", False),
        (2, 1, "", False),
        (1, 2, "too few", True),
        (2, 2, "nobody to spare", False),
    ],
)
def test_people_are_enough_when_one_may_be_away(
    people: int, least: int, why: str, stops: bool
) -> None:
    for _ in range(people):
        a_user(OPERATIONS)

    stand = people_with(OPERATIONS, least=least)

    assert (stand.why, stand.stops) == (why, stops)


@pytest.mark.django_db
def test_partner_systems_and_those_who_left_are_no_people() -> None:
    a_user(OPERATIONS, is_partner=True)
    a_user(OPERATIONS, is_active=False)
    a_user(is_superuser=True)

    assert people_with(OPERATIONS).stops


@pytest.mark.django_db
def test_all_permissions_in_one_person() -> None:
    a_user(OPERATIONS)
    a_user(BILLING)

    assert people_with(OPERATIONS, BILLING).stops


@pytest.mark.usefixtures("own_registry")
def test_a_key_is_declared_once() -> None:
    def support() -> Support:
        return Support("x", "X", SKILLS, ("1.3.6",), lambda: Stand("There."))

    supports.declare(support())
    with pytest.raises(ValueError, match="declared twice"):
        supports.declare(support())


def test_what_several_judges_ask_is_asked_once_for_all_of_them() -> None:
    asked = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    with supports.judging():
        assert (supports.asked_once(read), supports.asked_once(read)) == (1, 1)
    assert supports.asked_once(read) == 2
    with supports.judging():
        assert supports.asked_once(read) == 3
