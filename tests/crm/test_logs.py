"""A log line is one JSON object that says where something failed, and for which request."""

import io
import json
import logging
from logging.config import DictConfigurator
from typing import Any

import pytest
import structlog
from django.db import DatabaseError, connection, transaction

from crm.logs import logging_config

NAME = "Priya\n\nRaman"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Any:
    """A logger of Python's own kind, as Django and Celery have, with our formatter."""
    made = DictConfigurator(logging_config("INFO"))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made.configure_formatter(made.config["formatters"]["json"]))
    found = logging.getLogger("tests.any")
    found.addHandler(handler)
    yield found
    found.removeHandler(handler)


def test_failure_told_by_django_or_celery_keeps_its_traceback(
    logger: logging.Logger, stream: io.StringIO
) -> None:
    try:
        raise KeyError("missing")
    except KeyError:
        logger.exception("Task %s failed", "x")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"]) == ("Task x failed", "error")
    assert "KeyError: 'missing'" in line["exception"]
    assert "test_logs.py" in line["exception"]


def test_line_names_the_request_it_belongs_to(logger: logging.Logger, stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="click-9"):
        logger.warning("slow")

    assert json.loads(stream.getvalue())["request_id"] == "click-9"


def a_row_refused() -> DatabaseError:
    """What a database says of a row it does not take, with the row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (name text, age int CHECK (age > 0))")
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            cursor.execute("INSERT INTO kept VALUES (%s, -1)", [NAME])
        cursor.execute("DROP TABLE kept")
    assert NAME in str(refused.value)
    return refused.value


@pytest.mark.django_db
@pytest.mark.parametrize("raised_by_us", [False, True])
def test_a_traceback_shows_no_row_of_the_database(
    logger: logging.Logger, stream: io.StringIO, *, raised_by_us: bool
) -> None:
    problem = a_row_refused()
    try:
        if raised_by_us:
            raise RuntimeError("not kept") from problem
        raise problem
    except (RuntimeError, DatabaseError):
        logger.exception("failed")

    said = json.loads(stream.getvalue())["exception"]
    assert ("Priya" in said, "Raman" in said, "Failing" in said) == (False, False, False)
    assert "violates check constraint" in said
    assert said.count("test_logs.py") > 1


@pytest.mark.django_db
def test_a_failure_in_words_shows_no_row_either(
    logger: logging.Logger, stream: io.StringIO
) -> None:
    problem = a_row_refused()

    logger.error("Task %s raised: %r", "x", problem)
    logger.error("Task %s raised: %s", "x", problem)

    assert ("Priya" in stream.getvalue(), "Raman" in stream.getvalue()) == (False, False)
    assert stream.getvalue().count("violates check constraint") == 2


@pytest.mark.django_db
def test_a_failure_among_others_shows_no_row(logger: logging.Logger, stream: io.StringIO) -> None:
    try:
        raise ExceptionGroup("several", [a_row_refused(), KeyError("other")])
    except ExceptionGroup:
        logger.exception("failed")

    assert ("Priya" in stream.getvalue(), "several" in stream.getvalue()) == (False, True)
