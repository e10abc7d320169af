"""Gunicorn's settings, the same on a laptop and in a container."""

import os
from typing import Any

from prometheus_client import multiprocess

bind = f"{os.environ.get('CRM_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
worker_class = "sync"
control_socket_disable = True
# Imported once and shared by the workers; a worker that follows another is there at once.
preload_app = True
timeout = 60
graceful_timeout = 10
# A fresh process now and then bounds what a leak can cost; the jitter keeps them from all at once.
max_requests = 5000
max_requests_jitter = 500


def child_exit(server: Any, worker: Any) -> None:
    """Take the gauges of an ended worker out of the shared metrics."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
