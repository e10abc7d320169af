import pytest
from django.contrib.auth.models import Permission

from customers import supports
from customers.models import ConsentPurpose
from readiness.registry import supports as declared
from tests.customers.factories import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CSR-1")
def test_an_empty_consent_catalogue_stops_work() -> None:
    ConsentPurpose.objects.all().delete()
    assert supports.purposes_to_ask_about().stops

    ConsentPurpose.objects.create(key="news", name="News")
    assert not supports.purposes_to_ask_about().stops


def test_every_permission_that_people_are_counted_by_exists() -> None:
    people = [one for one in declared.declared() if one.key.startswith("people.")]

    for _ in range(2):
        a_user().user_permissions.set(Permission.objects.all())

    assert len(people) > 8
    assert [one.key for one in people if one.judge().stops] == []
