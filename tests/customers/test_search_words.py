"""New customers get the very words that the search index would be given later."""

import io
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.access import SYSTEM
from customers.models import Customer, SearchToken
from customers.processes.import_customers import import_customers, receive_file

pytestmark = pytest.mark.django_db

MAPPING: dict[str, Any] = {
    "schema": "customer-import/1",
    "customer": {"number": {"column": "id"}},
    "party": {
        "kind": {"value": "individual"},
        "given_name": {"column": "first"},
        "family_name": {"column": "last"},
        "preferred_name": {"value": "Kit-Kat"},
    },
    "account": {"number": {"column": "account"}},
    "contact_media": [
        {"type": "mobile", "value": {"column": "phone"}},
        {"type": "email", "value": {"column": "mail"}},
        {"type": "address", "value": {"column": "street"}},
    ],
    "identifiers": [{"kind": "external", "issuer": "x", "value": {"column": "ref"}}],
    "products": [{"name": {"value": "Line"}, "number": {"column": "line"}}],
}
COLUMNS = ["id", "first", "last", "account", "phone", "mail", "street", "ref", "line"]
CELLS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_characters=';"\x7f\x85')
    | st.sampled_from(" -/.&#0123456789"),
    max_size=24,
)
PHONES = st.sampled_from(["", "07700 900123", "+49 30 901820", "01632960001"])
MAILS = st.sampled_from(["", "z.o@example.net", "Zoë@example.net", "a_b+c@mail.example.org"])
ROWS = st.tuples(CELLS.filter(str.strip), CELLS, CELLS, CELLS, PHONES, MAILS, CELLS, CELLS, CELLS)
ORDINARY = (
    "C-40 118", "Zoë", "O’Brien-Łuczak", "AC/7", "07700 900123", "z.o@example.net",
    "8 Quay St, WX4 1AB", "C-40 118", "01632 960001",
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS)
@example(ORDINARY)
@example(("A", "Anna 2", "Anna", "A", "", "", "", "A", ""))
def test_an_import_writes_the_words_that_a_refresh_would_write(row: tuple[str, ...]) -> None:
    before = transaction.savepoint()
    content = ";".join(COLUMNS) + "\n" + ";".join(cell.strip() for cell in row) + "\n"
    run = receive_file(
        file=io.BytesIO(content.encode()), file_name="x.csv", mapping=MAPPING, actor=SYSTEM
    )
    run = import_customers(run_id=run.pk, dry_run=False, actor=SYSTEM)
    words = SearchToken.objects.order_by("kind", "token").values_list("kind", "token")
    ours = list(words.all())

    SearchToken.objects.refresh(Customer.objects.values_list("pk", flat=True))
    theirs = list(words.all())
    transaction.savepoint_rollback(before)

    assert theirs == ours
    assert bool(ours) == bool(run.created)
