"""The Celery application: the same path in every mode, configured by Django's settings."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Carries the request id of the web request into the log lines of its tasks.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
