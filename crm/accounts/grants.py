"""What the kernel itself lets roles do."""

from crm.accounts.roles import grant

grant(
    "administrator",
    *(
        f"accounts.{verb}_{thing}"
        for verb in ("view", "add", "change")
        for thing in ("user", "team")
    ),
    "auth.view_group",
    "auth.change_group",
    "events.view_outboxevent",
    "events.view_delivery",
    "events.view_heartbeat",
    "events.requeue_delivery",
    "audit.view_access",
    "audit.view_seal",
)
grant("auditor", "events.view_outboxevent", "audit.view_access", "audit.view_seal")
grant("privacy-officer", "audit.view_access", "audit.view_seal")
