from datetime import timedelta

import pytest
from django.utils import timezone

from customers.insight import supports
from customers.insight.models import Source

pytestmark = pytest.mark.django_db


@pytest.mark.req("R-CSR-1")
def test_sources_are_judged_by_their_date() -> None:
    Source.objects.all().delete()
    assert supports.sources_in_force().stops

    Source.objects.create(key="desk", name="Desk")
    assert supports.sources_in_force().why == ""

    Source.objects.create(
        key="list", name="List", expires_on=timezone.localdate() - timedelta(days=1)
    )
    assert supports.sources_in_force().why == "past its date"
