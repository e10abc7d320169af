"""The pages of a data steward show something on a fresh demo, made by the processes themselves."""

import pytest
from django.core.management import call_command

from customers.models import CleansingJob, DuplicateCase, ImportRun, ListExport
from tests.customers.factories import a_customer, a_medium, a_party, a_user

pytestmark = pytest.mark.django_db


def test_a_file_a_pair_a_change_and_a_list_are_there() -> None:
    steward = a_user(role="data-steward")
    known = a_party(given_name="Zoë", family_name="Luczak")
    a_customer(party=known)
    a_medium(known, "mobile", "07700 900123")

    call_command("demo_records")

    run = ImportRun.objects.get()
    assert (run.state, run.total, run.created, run.by_id) == ("done", 7, 6, steward.pk)
    assert DuplicateCase.objects.open().filter(left=known).count() == 1
    assert CleansingJob.objects.get().state == "done"
    assert (ListExport.objects.get().state, ListExport.objects.get().rows) == ("ready", 6)
