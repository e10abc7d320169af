"""The readiness cases pass on what is shipped, and each can fail."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from interactions import proofs
from interactions.governed import SLA_POLICY, calendars, channels, closing, policies, wording
from interactions.models import Interaction
from readiness.models import CapabilityVersion
from readiness.processes.introduce_baseline import introduce_baselines
from readiness.registry import cases, slots
from tests.interactions.factories import governed

OURS = [
    "sla.policy",
    "sla.calendar",
    "notify.template_set",
    "close.policy",
    *(slot.key for slot in channels.SLOTS.values()),
]


def changed(config: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {**deepcopy(dict(config)), **changes}


@pytest.mark.django_db
@pytest.mark.req("R-CSR-19")
@pytest.mark.parametrize("key", OURS)
def test_what_is_shipped_passes_every_case(key: str) -> None:
    governed()
    slot = slots.named(key)
    assert slot.check_config is not None
    slot.check_config(slot.baseline)

    plan = [case for case in cases.applicable(key) if case.key in _ours()]

    assert plan
    for case in plan:
        shown = case.check(slot.baseline)
        assert shown.passed, f"{case.key}: {shown.evidence}"


def _ours() -> set[str]:
    return {case.key for slot in OURS for case in cases.applicable(slot)}


@pytest.mark.django_db
@pytest.mark.req("R-CSR-19", "R-CSR-20")
def test_a_fresh_installation_tests_and_introduces_all_of_it_and_leaves_nothing_behind() -> None:
    installed = introduce_baselines()

    assert {key: why for key, why in installed.off.items() if key in OURS} == {}
    serving = CapabilityVersion.objects.serving().values_list("slot__key", flat=True)
    assert set(OURS) <= set(serving)
    assert Interaction.objects.exists() is False


@pytest.mark.parametrize(
    ("_case", "changes", "says"),
    [
        ("no default", {"default": None}, "default"),
        ("no standard tier", {"tiers": ["gold"]}, "standard"),
        ("unknown column", {"rules": [{"name": "x", "when": {"moon": ["full"]}, "calendar": "desk",
            "targets": {"first_response": 1, "resolution": 1}}]}, "moon"),
        ("unknown value", {"rules": [{"name": "x", "when": {"channel": ["fax"]}, "calendar": "desk",
            "targets": {"first_response": 1, "resolution": 1}}]}, "fax"),
        ("target missing", {"default": {"name": "d", "calendar": "desk", "targets": {}}},
            "at least"),
        ("target of nothing", {"default": {"name": "d", "calendar": "desk",
            "targets": {"first_response": 0, "resolution": 1}}}, "greater than 0"),
        ("two rules", {"rules": [
            {"name": "a", "when": {"channel": ["phone"]}, "calendar": "desk",
             "targets": {"first_response": 1, "resolution": 1}},
            {"name": "b", "when": {"tier": ["gold"]}, "calendar": "desk",
             "targets": {"first_response": 1, "resolution": 1}}]}, "both apply"),
        ("notice stage", {"customer_notice": {"automatic": True, "stage": 80, "targets": []}},
            "told"),
    ],
)  # fmt: skip
def test_a_policy_that_can_not_work_is_refused(
    _case: str, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        policies.check(changed(policies.BASELINE, **changes))


@pytest.mark.parametrize(
    ("_case", "calendar", "says"),
    [
        ("unknown zone", {"tz": "Mars/Base", "always": True}, "Mars"),
        ("never opens", {"tz": "UTC", "weekly": {}}, "never opens"),
        (
            "ends before it starts",
            {"tz": "UTC", "weekly": {"1": [["17:00", "09:00"]]}},
            "ends before",
        ),
    ],
)
def test_a_calendar_that_can_not_work_is_refused(
    _case: str, calendar: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        calendars.check({"calendars": {"x": calendar}})


@pytest.mark.parametrize(
    ("_case", "part", "text", "says"),
    [
        ("unknown blank", "body", "$salary", "salary"),
        ("lone dollar", "subject", "5 $ off", "stands alone"),
    ],
)
def test_wording_that_can_not_work_is_refused(_case: str, part: str, text: str, says: str) -> None:
    config = changed(wording.BASELINE)
    config["templates"]["de"]["delay"][part] = text

    with pytest.raises(ValueError, match=says):
        wording.check(config)


def test_wording_needs_every_occasion_in_every_language() -> None:
    config = changed(wording.BASELINE)
    del config["templates"]["de"]["question"]

    with pytest.raises(ValueError, match="question"):
        wording.check(config)


@pytest.mark.parametrize(
    ("_case", "check", "config"),
    [
        ("closing", closing.check, {"outcomes": [], "informed_by": ["x"], "reopen_days": 1}),
        ("closing days", closing.check, {**closing.BASELINE, "reopen_days": -1}),
        ("channel", channels.check, {"receives": "yes", "delivery": "smtp", "medium": "email"}),
        ("delivery", channels.check, {"receives": True, "delivery": "owl"}),
        ("smtp", channels.check, {"receives": True, "delivery": "smtp", "medium": "mobile"}),
    ],
)
def test_other_configurations_that_can_not_work_are_refused(
    _case: str, check: Any, config: dict[str, Any]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the sentence differs by case
        check(config)


@pytest.mark.django_db
def test_a_policy_on_a_calendar_nobody_has_fails_its_case() -> None:
    governed()
    config = changed(SLA_POLICY.baseline)
    config["default"] = {**config["default"], "calendar": "moon"}

    with pytest.raises(ValueError, match="moon"):
        proofs.its_calendars_exist_and_every_promise_comes_due(config)


def test_a_new_date_that_is_not_said_fails_its_case() -> None:
    config = changed(wording.BASELINE)
    config["templates"]["en"]["delay"]["body"] = "Sorry."

    assert proofs.every_language_says_every_occasion(config).passed is False


def test_a_language_that_is_missing_falls_back() -> None:
    blanks = dict.fromkeys(wording.OCCASIONS["answer"], "x")

    assert (
        wording.render(wording.BASELINE, "answer", language="de-AT", blanks=blanks).language == "de"
    )
    assert wording.render(wording.BASELINE, "answer", language="fr", blanks=blanks).language == "en"
