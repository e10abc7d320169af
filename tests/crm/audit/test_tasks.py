from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.access import SYSTEM
from crm.audit.models import Access, Seal
from crm.audit.record import record_access
from crm.audit.tasks import first_broken_seal, seal_access_log

pytestmark = pytest.mark.django_db


def looked(times: int) -> None:
    for number in range(times):
        record_access(actor=SYSTEM, action="view", subject="customer", ids=[number], purpose="care")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_access DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_access SET at = %s", [timezone.now() - timedelta(hours=1)])
        cursor.execute("ALTER TABLE audit_access ENABLE TRIGGER USER")


def test_what_is_sealed_stays_whole() -> None:
    looked(3)

    seal_access_log()

    seal = Seal.objects.get()
    assert seal.last - seal.first == 2
    assert first_broken_seal() is None


def test_a_row_changed_behind_our_back_breaks_its_seal() -> None:
    looked(3)
    seal_access_log()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_access DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE audit_access SET purpose = 'curiosity'"
            " WHERE id = (SELECT min(id) FROM audit_access)"
        )
        cursor.execute("ALTER TABLE audit_access ENABLE TRIGGER USER")

    assert first_broken_seal() == Seal.objects.get()


def test_a_look_of_this_minute_waits_for_its_neighbours() -> None:
    record_access(actor=SYSTEM, action="view", subject="customer", ids=[1], purpose="care")

    seal_access_log()

    assert Seal.objects.exists() is False
    assert Access.objects.count() == 1
