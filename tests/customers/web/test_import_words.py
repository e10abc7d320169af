"""Every word of the import wizard can be translated; what the file says is left as it is."""

import pytest
from django.urls import reverse

from crm.access import SYSTEM
from customers.models import Customer, ImportRun
from customers.processes.undo_import import undo_import
from customers.tasks import take_in_file, try_file
from tests.crm.web.test_pseudo_locale import pseudo, untranslated
from tests.customers.factories import a_user
from tests.customers.web.test_imports import SIGN_UPS, steward, without_mapping

__all__ = ["pseudo"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pseudo")]


def test_no_step_of_the_wizard_has_text_of_its_own() -> None:
    client = steward()
    run = without_mapping(client, *SIGN_UPS, "S-3,Bo,none,x,31/02/1990,,")
    user = a_user(role="data-steward").pk
    columns = reverse("customers:import_columns", args=[run.public_id])
    seen = {name: client.get(reverse(name)) for name in ("customers:upload", "customers:imports")}
    seen["columns"] = client.get(columns)
    ImportRun.objects.filter(pk=run.pk).update(state="trying")
    seen["trying"] = client.get(reverse("customers:import", args=[run.public_id]))
    try_file(run.pk, user)
    seen["tried"] = client.get(reverse("customers:import", args=[run.public_id]))
    take_in_file(run.pk, user)
    seen["done"] = client.get(reverse("customers:import", args=[run.public_id]))
    Customer.objects.filter(number="S-1").update(segment="gold")
    undo_import(run_id=run.pk, actor=SYSTEM)
    seen["undone"] = client.get(reverse("customers:import", args=[run.public_id]))

    own = {name: untranslated(page.content.decode()) for name, page in seen.items()}
    assert own == {name: [] for name in seen}
