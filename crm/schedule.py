"""Every periodic job in one place, each with its hour in words (UTC)."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "search what changed for duplicates, nightly at 02:20": {
        "task": "customers.tasks.search_for_duplicates",
        "schedule": crontab(hour=2, minute=20),
    },
    "search what came in by a file, and go on with a search that stopped, every 15 minutes": {
        "task": "customers.tasks.take_up_search",
        "schedule": 900.0,
    },
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
    "take up what partners planned for now, every 15 seconds": {
        "task": "interactions.tasks.send_planned_communications",
        "schedule": 15.0,
    },
    "collect mail from our mailboxes, every 30 seconds": {
        "task": "interactions.tasks.collect_mail",
        "schedule": 30.0,
    },
    "file what the channels kept, every 5 seconds": {
        "task": "interactions.tasks.file_arrivals",
        "schedule": 5.0,
    },
    "let the scanner look at attachments, every 30 seconds": {
        "task": "interactions.tasks.check_waiting_attachments",
        "schedule": 30.0,
    },
    "empty what came of arrivals filed long ago, nightly at 04:10": {
        "task": "interactions.tasks.forget_raw_arrivals",
        "schedule": crontab(hour=4, minute=10),
    },
    "carry out what silence of customers means, every minute": {
        "task": "interactions.tasks.apply_overdue_silence",
        "schedule": 60.0,
    },
    "remind customers of what we asked, every minute": {
        "task": "interactions.tasks.remind_customers",
        "schedule": 60.0,
    },
    "bring snoozed, unanswered and planned work back, every minute": {
        "task": "interactions.tasks.bring_back_to_desks",
        "schedule": 60.0,
    },
    "hand out what waits in queues that hand out, every 15 seconds": {
        "task": "interactions.tasks.hand_out_waiting",
        "schedule": 15.0,
    },
    "ask the assistant what was left open, every minute": {
        "task": "interactions.tasks.answer_left_assistants",
        "schedule": 60.0,
    },
    "close what is done and stayed unanswered, every 15 minutes": {
        "task": "interactions.tasks.close_what_is_done",
        "schedule": 900.0,
    },
    "seal the timelines of matters, every 5 minutes": {
        "task": "interactions.tasks.seal_what_was_done",
        "schedule": 300.0,
    },
    "reckon promises by the rules of time zones in force, nightly at 03:10": {
        "task": "interactions.tasks.follow_rules_of_zones",
        "schedule": crontab(hour=3, minute=10),
    },
    "fold a sample of clocks afresh, nightly at 03:40": {
        "task": "interactions.tasks.refold_sample",
        "schedule": crontab(hour=3, minute=40),
    },
    "show or do what a new policy does to running promises, every 10 seconds": {
        "task": "interactions.tasks.move_running_clocks",
        "schedule": 10.0,
    },
    "learn how long each queue takes, hourly at :45": {
        "task": "interactions.tasks.learn_how_long_queues_take",
        "schedule": crontab(minute=45),
    },
    "work out figures whose rows changed and those of new periods, every 5 minutes": {
        "task": "interactions.tasks.refresh_kept_figures",
        "schedule": 300.0,
    },
    "note what figures say and what changes came to, nightly at 06:40": {
        "task": "interactions.tasks.watch_figures",
        "schedule": crontab(hour=6, minute=40),
    },
    "drop figures that hang on which customers there are, nightly at 00:20": {
        "task": "interactions.tasks.forget_figures_by_segment",
        "schedule": crontab(hour=0, minute=20),
    },
    "retire figures worked out 60 days ago, nightly at 00:40": {
        "task": "interactions.tasks.retire_old_figures",
        "schedule": crontab(hour=0, minute=40),
    },
    "seal the log of views, every 5 minutes": {
        "task": "crm.audit.tasks.seal_access_log",
        "schedule": 300.0,
    },
    "follow numbers and contact points that begin or end today, every 10 minutes": {
        "task": "customers.tasks.follow_validity",
        "schedule": 600.0,
    },
    "archive what the retention policy names, nightly at 02:10": {
        "task": "customers.tasks.archive_by_policy",
        "schedule": crontab(hour=2, minute=10),
    },
    "tell partners' listeners what they are owed, every 10 seconds": {
        "task": "crm.tmf.tasks.tell_listeners",
        "schedule": 10.0,
    },
    "forget answers, told events and tokens of partners, hourly": {
        "task": "crm.tmf.tasks.forget_kept_answers",
        "schedule": 3600.0,
    },
    "hold capabilities whose waiver ran out, hourly at :25": {
        "task": "readiness.tasks.hold_what_lost_its_waiver",
        "schedule": crontab(minute=25),
    },
    "bring approved procedures into effect on their day, every 10 minutes": {
        "task": "readiness.tasks.begin_approved_procedures",
        "schedule": 600.0,
    },
    "tell who keeps a procedure that its review is due, in the morning": {
        "task": "readiness.tasks.tell_of_procedure_reviews",
        "schedule": crontab(hour=6, minute=40),
    },
    "make customers' reports that are due and name late ones, every 10 minutes": {
        "task": "customers.tasks.make_reports",
        "schedule": 600.0,
    },
    "tell reports which of their mails went out, every minute": {
        "task": "interactions.tasks.settle_reports",
        "schedule": 60.0,
    },
    "go on with cleansing jobs and exports nobody works on, every 30 seconds": {
        "task": "customers.tasks.take_up_lists",
        "schedule": 30.0,
    },
    "remove exported files a week old, nightly at 04:30": {
        "task": "customers.tasks.forget_list_exports",
        "schedule": crontab(hour=4, minute=30),
    },
    "let profiles age, nightly at 02:50": {
        "task": "customers.insight.tasks.refresh_profiles",
        "schedule": crontab(hour=2, minute=50),
    },
    "send links to those who lost their password, every minute": {
        "task": "crm.accounts.tasks.answer_reset_requests",
        "schedule": 60.0,
    },
    "forget ended sessions and old tries to sign in, hourly at :35": {
        "task": "crm.accounts.tasks.forget_old_entries",
        "schedule": crontab(minute=35),
    },
    "forget notices older than 90 days, nightly at 03:30": {
        "task": "crm.web.tasks.forget_old_notices",
        "schedule": crontab(hour=3, minute=30),
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
