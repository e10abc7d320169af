"""Counting to a cap, several things at once."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.counting import counted

pytestmark = pytest.mark.django_db


def test_each_is_counted_to_the_cap_and_all_in_one_statement() -> None:
    Group.objects.all().delete()
    Group.objects.bulk_create(Group(name=name) for name in ("a", "ab", "abc", "b"))
    some = {
        "all": Group.objects.order_by("name"),
        "a": Group.objects.filter(name__startswith="a"),
        "ab": Group.objects.filter(name="ab"),
        "no way": Group.objects.filter(pk__in=[]),
    }

    with CaptureQueriesContext(connection) as asked:
        found = counted(some, 3)

    assert found == {"all": 3, "a": 3, "ab": 1, "no way": 0}
    assert len(asked) == 1


def test_nothing_to_count_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert counted({"none": Group.objects.none()}, 3) == {"none": 0}

    assert len(asked) == 0
