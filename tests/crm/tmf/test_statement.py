import pytest
from django.db import connection

from crm.tmf import statement

pytestmark = pytest.mark.django_db

ASKED = f"SELECT {statement.slot('name')}::text || '%', {statement.slot('n')}::int + 1"


def test_slots_are_bound_by_the_server_and_other_signs_stay() -> None:
    with statement.running(ASKED, {"name": "o'b%s", "n": 4}) as cursor:
        assert cursor.fetchone() == ("o'b%s%", 5)


def test_the_same_question_asked_again_and_again_is_planned_once() -> None:
    for number in range(8):
        with statement.running(ASKED, {"name": "x", "n": number}) as cursor:
            assert cursor.fetchone() == ("x%", number + 1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%|| ''%'")
        assert cursor.fetchone() == (1,)


def test_written_in_or_bound_a_statement_answers_alike() -> None:
    values = {"name": "a'b", "n": 1}
    with connection.cursor() as cursor:
        cursor.execute(statement.filled(ASKED, values))
        written = cursor.fetchone()

    with statement.running(ASKED, values) as cursor:
        assert cursor.fetchone() == written
