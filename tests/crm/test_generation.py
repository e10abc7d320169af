"""Filling tables fast, and leaving them as they were."""

import pytest
from django.db import connection

from crm.generation import without_indexes
from customers.models import MatchKey, Party, SearchToken
from tests.customers.factories import a_party

pytestmark = pytest.mark.django_db


def _rules(*models: type[Party | MatchKey | SearchToken]) -> set[str]:
    """Every index and constraint of these tables, as it would be made."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%(tables)s::regclass[])"
            " UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[])"
            " OR confrelid = ANY(%(tables)s::regclass[])",
            {"tables": tables},
        )
        return {rule for (rule,) in cursor.fetchall()}


def test_empty_tables_are_filled_bare_and_get_every_index_and_key_again() -> None:
    before = _rules(Party, MatchKey)

    with without_indexes(Party, MatchKey):
        bare = _rules(Party, MatchKey)
        a_party()

    assert _rules(Party, MatchKey) == before
    assert len(bare) < len(before)
    assert not any("FOREIGN KEY" in rule or "matchkey_once_per_party" in rule for rule in bare)
    assert any("PRIMARY KEY" in rule for rule in bare)


def test_a_table_that_holds_rows_keeps_its_indexes() -> None:
    a_party()
    before = _rules(Party)

    with without_indexes(Party):
        assert _rules(Party) == before
