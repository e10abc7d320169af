"""A log line is one JSON object that says where something failed, and for which request."""

import io
import json
import logging
from logging.config import DictConfigurator
from typing import Any

import pytest
import structlog

from crm.logs import logging_config


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
