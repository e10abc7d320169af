"""Every periodic job in one place, each with its hour in words (UTC)."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "deliver what the broker lost, every minute": {
        "task": "crm.events.tasks.sweep",
        "schedule": 60.0,
    },
    "say that beat lives, every minute": {
        "task": "crm.events.tasks.heartbeat",
        "schedule": 60.0,
    },
    "fire due service-level clocks, every 15 seconds": {
        "task": "interactions.tasks.fire_due_clocks",
        "schedule": 15.0,
    },
    "send what is queued for customers, every 15 seconds": {
        "task": "interactions.tasks.send_queued_messages",
        "schedule": 15.0,
    },
    "carry out what silence of customers means, every minute": {
        "task": "interactions.tasks.apply_overdue_silence",
        "schedule": 60.0,
    },
    "fold a sample of clocks afresh, nightly at 03:40": {
        "task": "interactions.tasks.refold_sample",
        "schedule": crontab(hour=3, minute=40),
    },
    "seal the log of views, every 5 minutes": {
        "task": "crm.audit.tasks.seal_access_log",
        "schedule": 300.0,
    },
    "archive what the retention policy names, nightly at 02:10": {
        "task": "customers.tasks.archive_by_policy",
        "schedule": crontab(hour=2, minute=10),
    },
    "tell partners' listeners what they are owed, every 10 seconds": {
        "task": "crm.tmf.tasks.tell_listeners",
        "schedule": 10.0,
    },
    "forget answers kept for repeated partner calls, hourly": {
        "task": "crm.tmf.tasks.forget_kept_answers",
        "schedule": 3600.0,
    },
    "hold capabilities whose waiver ran out, hourly at :25": {
        "task": "readiness.tasks.hold_what_lost_its_waiver",
        "schedule": crontab(minute=25),
    },
    "let profiles age, nightly at 02:50": {
        "task": "customers.insight.tasks.refresh_profiles",
        "schedule": crontab(hour=2, minute=50),
    },
    "forget deliveries older than 30 days, nightly at 03:20": {
        "task": "crm.events.tasks.prune_deliveries",
        "schedule": crontab(hour=3, minute=20),
    },
}

for _job in SCHEDULE.values():
    if isinstance(_job["schedule"], float):
        # After hours without a worker one run does the work of all that were missed.
        _job["options"] = {"expires": _job["schedule"]}
