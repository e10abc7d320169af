"""Which roles may do what with interactions."""

from crm.accounts.roles import grant

_SEE = ("interactions.view_interaction", "interactions.view_all_interactions")
_WORK = (
    *_SEE,
    "interactions.view_reason",
    "interactions.log_interaction",
    "interactions.update_interaction",
    "interactions.close_interaction",
)

_TABLES = tuple(
    f"interactions.view_{model}"
    for model in (
        "reason",
        "slaclock",
        "armedclock",
        "stagenotice",
        "commitment",
        "message",
        "interactionevent",
        "responserequest",
        "followup",
        "interactionlink",
        "batch",
        "agentprofile",
        "availability",
        "macro",
        "macrotext",
        "macroversion",
        "inbound",
        "attachment",
        "call",
        "carrierstate",
        "mailboxcursor",
        "interactionitem",
        "improvement",
        "assistrequest",
        "queuepace",
        "clockmove",
        "timelineseal",
        "tag",
        "ownfield",
        "participant",
    )
)

grant("agent", *_WORK, "interactions.assign_interaction", "interactions.decide_inbound")
_IMPROVE = (
    "interactions.view_improvement",
    "interactions.add_improvement",
    "interactions.change_improvement",
)

grant(
    "team-lead",
    *_WORK,
    *_IMPROVE,
    "interactions.assign_interaction",
    "interactions.report_interaction",
    "interactions.decide_inbound",
    "interactions.coin_tag",
    "interactions.view_tag",
    "interactions.change_tag",
    "interactions.release_attachment",
)
grant("data-steward", *_SEE, "interactions.import_interactions", "interactions.log_interaction")
grant("privacy-officer", *_SEE)
grant(
    "process-owner",
    *_SEE,
    *_IMPROVE,
    "interactions.decide_improvement",
    "interactions.report_interaction",
)
grant("readiness-manager", *_SEE, "interactions.report_interaction")
grant("auditor", *_SEE, *_TABLES, "interactions.report_interaction")
grant("partner", *_WORK)
grant(
    "administrator",
    *_WORK,
    "interactions.decide_inbound",
    "interactions.release_attachment",
    "interactions.assign_interaction",
    "interactions.import_interactions",
    "interactions.report_interaction",
    *_TABLES,
    "interactions.change_reason",
    "interactions.add_reason",
    "interactions.change_interaction",
    "interactions.coin_tag",
    "interactions.add_tag",
    "interactions.change_tag",
    *(
        f"interactions.{may}_{model}"
        for may in ("add", "change")
        for model in ("macro", "macrotext", "agentprofile", "ownfield")
    ),
)
