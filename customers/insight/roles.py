"""Who may work with customer insight."""

from crm.accounts.roles import grant

_LOOK = ("insight.view_fact", "insight.view_profile", "insight.view_source")
_WORK = ("insight.gather_information", "insight.decide_fact")

for _role in ("agent", "team-lead", "data-steward"):
    grant(_role, *_LOOK, *_WORK)
for _role in ("privacy-officer", "auditor"):
    grant(_role, *_LOOK)
grant("data-steward", "insight.build_profile", "insight.change_source", "insight.add_source")
grant("partner", "insight.gather_information", "insight.view_profile", "insight.view_fact")
grant(
    "administrator",
    *_LOOK,
    *_WORK,
    "insight.build_profile",
    "insight.add_source",
    "insight.change_source",
    "insight.view_outcome",
)
grant("auditor", "insight.view_outcome")
