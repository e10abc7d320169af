"""Logs: one JSON object a line, each with the id of the request it belongs to."""

from typing import Any

import structlog


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
            structlog.processors.format_exc_info,
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
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [structlog.contextvars.merge_contextvars, moment, *named],
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"django_structlog": {"level": "WARNING"}},
    }
