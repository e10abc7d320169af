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
# Whoever works by a procedure may propose its next wording; who answers for a process approves.
for _role in ("team-lead", "readiness-manager", "process-owner"):
    grant(_role, "readiness.draft_procedure", "readiness.approve_procedure")
for _role in ("agent", "team-lead"):
    grant(_role, "readiness.follow_procedure")
# Everything to read in the administration; an administrator can take a version out of use and,
# once it has passed its test again, back into it, but accepts nothing.
for _role in ("administrator", "auditor"):
    grant(
        _role,
        *(
            f"readiness.view_{model}"
            for model in (
                "capabilityslot", "ortrun", "ortresult", "acceptance", "waiver",
                "acceptancecondition", "introduction", "stage", "clause", "procedure",
                "procedureversion", "acknowledgement", "knowledgearticle", "articletext",
                "guidanceuse",
            )
        ),
    )  # fmt: skip
grant("administrator", "readiness.introduce_capability", "readiness.run_readiness_test")
# The administration is where procedures and articles are written for now.
grant(
    "administrator",
    "readiness.draft_procedure",
    "readiness.approve_procedure",
    *(
        f"readiness.{step}_{model}"
        for step in ("add", "change")
        for model in (
            "procedure",
            "procedureversion",
            "acknowledgement",
            "knowledgearticle",
            "articletext",
        )
    ),
)
