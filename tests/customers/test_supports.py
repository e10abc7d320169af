import pytest

from customers import supports
from customers.models import ConsentPurpose
from readiness.registry import supports as declared

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CSR-1")
def test_an_empty_consent_catalogue_stops_work() -> None:
    ConsentPurpose.objects.all().delete()
    assert supports.purposes_to_ask_about().stops

    ConsentPurpose.objects.create(key="news", name="News")
    assert not supports.purposes_to_ask_about().stops


def test_every_permission_that_people_are_counted_by_exists() -> None:
    people = [one for one in declared.declared() if one.key.startswith("people.")]

    assert len(people) > 8
    assert {one.judge().why for one in people} == {"nobody"}
