"""What the kernel itself lets roles do."""

from crm.accounts.roles import grant

_PARTNER_FACE = ("tmf.view_hublistener", "tmf.view_hubdelivery", "tmf.view_idempotentanswer")

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
    *_PARTNER_FACE,
    "web.view_agentnotice",
    "oauth2_provider.view_application",
    "oauth2_provider.add_application",
    "oauth2_provider.change_application",
)
grant(
    "auditor",
    "accounts.view_user",
    "accounts.view_team",
    "auth.view_group",
    "events.view_outboxevent",
    "events.view_delivery",
    "audit.view_access",
    "audit.view_seal",
    *_PARTNER_FACE,
)
grant("privacy-officer", "audit.view_access", "audit.view_seal")
