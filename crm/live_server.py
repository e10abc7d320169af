"""Gunicorn's settings for the stream of open pages: one process, many quiet connections."""

import os

bind = f"{os.environ.get('CRM_BIND', '127.0.0.1')}:{os.environ.get('CRM_LIVE_PORT', '8001')}"
workers = 1
worker_class = "asgi"
control_socket_disable = True
# Somewhat more than the pages let in: those over the cap are told so.
worker_connections = 1200
timeout = 60
# Pages come back by themselves; nothing is gained by waiting for streams that do not end.
graceful_timeout = 1
keepalive = 2
