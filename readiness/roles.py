"""Who may look at, draft, test, accept and introduce capabilities."""

from crm.accounts.roles import grant

_LOOK = (
    "readiness.view_capabilityversion",
    "readiness.view_processelement",
)

for _role in (
    "team-lead",
    "readiness-manager",
    "process-owner",
    "auditor",
    "administrator",
    "privacy-officer",
    "data-steward",
):
    grant(_role, *_LOOK)
grant("partner", "readiness.view_processelement")
grant(
    "readiness-manager",
    "readiness.draft_capability",
    "readiness.run_readiness_test",
    "readiness.introduce_capability",
    "readiness.accept_for_operations",
)
grant("team-lead", "readiness.accept_for_operations", "readiness.accept_for_billing")
grant(
    "process-owner",
    "readiness.draft_capability",
    "readiness.run_readiness_test",
    "readiness.accept_for_operations",
    "readiness.accept_for_billing",
)
grant("privacy-officer", "readiness.accept_for_data_protection")
