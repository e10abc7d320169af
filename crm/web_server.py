"""Gunicorn's settings, the same on a laptop and in a container."""

import gc
import os
import shutil
import tempfile
from typing import Any

_METRICS = "PROMETHEUS_MULTIPROC_DIR"
_OWN = _METRICS not in os.environ
if _OWN:
    # Read when the metrics library is imported; only web processes count, so only they have it.
    os.environ[_METRICS] = tempfile.mkdtemp(prefix="crm-metrics-")

from crm import counters  # noqa: E402  # it imports the metrics library

bind = f"{os.environ.get('CRM_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
worker_class = "sync"
# What is loaded stays for good: looking for garbage in it is a sixth of the start.
gc.disable()
control_socket_disable = True
# Imported once and shared by the workers; a worker that follows another is there at once.
preload_app = True
timeout = 60
# A partner's filters with many ids are long; the usual proxies take as much.
limit_request_line = 8190
graceful_timeout = 10
# A fresh process now and then bounds what a leak can cost; the jitter keeps them from all at once.
max_requests = 5000
max_requests_jitter = 500


def on_starting(server: Any) -> None:
    """Begin to count afresh."""
    counters.begin(os.environ[_METRICS])


def when_ready(server: Any) -> None:
    """Leave what is loaded out of every later search, so that the workers go on sharing it."""
    gc.freeze()
    gc.enable()


def post_fork(server: Any, worker: Any) -> None:
    """Make the directory again when somebody has tidied up behind us."""
    counters.prepare(os.environ[_METRICS])


def child_exit(server: Any, worker: Any) -> None:
    """Keep what an ended worker counted, and not its files."""
    counters.take_over(os.environ[_METRICS], worker.pid)


def on_exit(server: Any) -> None:
    """Take the directory along that we made for ourselves."""
    if _OWN and not counters.in_use_by_others(os.environ[_METRICS]):
        shutil.rmtree(os.environ[_METRICS], ignore_errors=True)
