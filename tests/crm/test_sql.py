"""Named statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import sql
from crm.access import SYSTEM
from crm.audit.history import because

pytestmark = pytest.mark.django_db


def test_a_question_asked_often_answers_the_same_and_its_plan_is_kept() -> None:
    asked = {
        "leads": ["ana"], "others": [], "reach": 40, "kinds": ["name"], "everyone": False,
        "teams": [], "limit": 10,
    }  # fmt: skip

    answers = [sql.often("customers/search_begins.sql", asked) for _ in range(7)]

    assert answers == [sql.rows("customers/search_begins.sql", asked)] * 7
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%customers_searchtoken%"],
        )
        assert cursor.fetchone() == (1,)


def test_a_question_asked_often_is_read_in_the_log_by_its_text() -> None:
    with CaptureQueriesContext(connection) as asked:
        for _each in range(7):
            sql.often("accounts/teams.sql", {"who": 1})

    assert all("accounts_user_teams" in query["sql"] for query in asked.captured_queries)


def test_a_question_asked_often_may_be_asked_amid_a_change() -> None:
    asked = {
        "leads": ["ana"], "others": [], "reach": 40, "kinds": ["name"], "everyone": True,
        "teams": [3], "limit": 10,
    }  # fmt: skip

    with because(SYSTEM, "other-process"):
        assert sql.often("customers/search_begins.sql", asked) == []
