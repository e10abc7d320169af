"""Logs: one JSON object a line, each with the id of the request it belongs to."""

import traceback
from typing import Any, Final

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from crm.errors import cut_rows, told_without_rows


def _traceback(exc_info: ExcInfo) -> str:
    return told_without_rows("".join(traceback.format_exception(*exc_info)).rstrip(), exc_info[1])


def _without_rows(_logger: WrappedLogger, _method: str, said: EventDict) -> EventDict:
    """No line shows a row of the database, whoever wrote it: Celery puts the failure into words."""
    return {
        key: cut_rows(value) if isinstance(value, str) else value for key, value in said.items()
    }


_FAILURE: Final = structlog.processors.ExceptionRenderer(_traceback)


def logging_config(level: str) -> dict[str, Any]:
    """Set structlog up; the configuration of Python's own logging that goes with it."""
    moment = structlog.processors.TimeStamper(fmt="iso", utc=True)
    named: list[Any] = [structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            moment,
            *named,
            _FAILURE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    # Here too, or what Django and Celery log of a failure loses its traceback.
                    _FAILURE,
                    _without_rows,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [structlog.contextvars.merge_contextvars, moment, *named],
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"django_structlog": {"level": "WARNING"}},
    }
