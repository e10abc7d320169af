"""Working policy: how work finds people, how long they keep it, when customers are reminded."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team
from readiness.registry.settings import Setting
from readiness.registry.slots import Slot

BASELINE: Final[Mapping[str, Any]] = {
    # Open matters a colleague has room for, unless their profile says otherwise.
    "capacity": 25,
    # Taken from the queue and not answered for so long, it goes back; 0 lets it stay.
    "return_after_minutes": 240,
    # Whoever looked after a customer so many days ago is found first by them.
    "sticky_days": 14,
    # While they take work, a new matter waits so long for them before others get it.
    "sticky_minutes": 15,
    # Queues of these teams hand their work out; from all others one takes the next.
    "handing_out": [],
    # Nothing seen of somebody at their work for so long, they are away; 0 asks nobody.
    "away_after_minutes": 45,
    # Reminders of a question, in per cent of the time there is to answer.
    "reminders_at_percent": [50, 85],
}


def _teams() -> Mapping[str, str]:
    return dict(Team.objects.order_by("name").values_list("slug", "name"))


SETTINGS: Final[Mapping[str, Setting]] = {
    "capacity": Setting(_("Room for"), _("Open matters of one colleague at once."), _("matters")),
    "return_after_minutes": Setting(
        _("Goes back to the queue after"),
        _("When nobody answered what was taken; 0 lets it stay."),
        _("minutes"),
    ),
    "sticky_days": Setting(_("Customers find their colleague again for"), unit=_("days")),
    "sticky_minutes": Setting(
        _("A new matter waits for that colleague"), _("While they take work."), _("minutes")
    ),
    "handing_out": Setting(
        _("Queues that hand out"),
        _("What waits goes to who is available and fits. From all others one takes the next."),
        choices=_teams,
    ),
    "away_after_minutes": Setting(
        _("A silent colleague is away after"),
        _("When nothing was seen of them at their work; 0 asks nobody."),
        _("minutes"),
    ),
    "reminders_at_percent": Setting(
        _("Customers are reminded at"),
        _("In per cent of the time they have to answer."),
        _("per cent"),
    ),
}
# What came later: a policy written before it serves as if each stood there as shipped.
_LATER: Final = ("away_after_minutes", "handing_out")
_WHOLE: Final = (
    "away_after_minutes",
    "capacity",
    "return_after_minutes",
    "sticky_days",
    "sticky_minutes",
)
_HUNDRED: Final = 100


def check(config: Mapping[str, Any]) -> None:
    """ValueError with a sentence unless every figure can be worked by."""
    config = {key: BASELINE[key] for key in _LATER} | dict(config)
    for key in _WHOLE:
        value = config.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"“{key}” is a whole number, 0 or more.")
    if config["capacity"] == 0:
        raise ValueError("“capacity” is at least 1: else nobody could take anything.")
    teams = config["handing_out"]
    if not isinstance(teams, list) or not all(isinstance(one, str) for one in teams):
        raise ValueError("“handing_out” lists short names of teams.")
    percents = config.get("reminders_at_percent")
    if not isinstance(percents, list) or not all(_percent(one) for one in percents):
        raise ValueError("“reminders_at_percent” lists whole per cents between 1 and 99.")
    if percents != sorted(set(percents)):
        raise ValueError("“reminders_at_percent” goes upwards and names each once.")


def _percent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _HUNDRED


SLOT: Final = Slot(
    key="work.policy",
    title="Working policy",
    unit="interaction",
    processes=("1.3.5.6",),
    baseline=BASELINE,
    code_ref="interactions.processes.manage_interaction",
    check_config=check,
    settings=SETTINGS,
)
