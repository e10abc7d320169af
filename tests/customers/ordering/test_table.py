"""The decision table: one hit everywhere, gaps and overlaps named, options change what is asked."""

from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.ordering.table import NotInTable, check, problems, read


def a_config(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "offerings": [
            {"key": "fibre", "name": "Fibre 900", "options": ["static_ip", "device"]},
            {"key": "mobile", "name": "Mobile", "options": ["device"]},
        ],
        "options": [
            {"key": "static_ip", "name": "Static IP", "values": ["no", "yes"]},
            {"key": "device", "name": "Device", "values": ["none", "bought", "credit"]},
        ],
        "regions": ["GB", "elsewhere"],
        "items": [
            {"key": "name", "name": "Name", "look": "party.name", "where": "Record"},
            {
                "key": "identity",
                "name": "Identity document",
                "look": "party.identity",
                "where": "Shop",
                "max_age_days": 365,
            },
            {"key": "technical", "name": "Technical contact", "look": "recorded", "where": "Here"},
        ],
        "rules": list(rules) or [a_rule(needs=["name"])],
        **more,
    }


def a_rule(name: str = "everyone", part: str = "identity", **more: Any) -> dict[str, Any]:
    return {"part": part, "name": name, **more}


STATIC = (
    a_rule("without", "network", when={"static_ip": ["no"]}),
    a_rule("with static IP", "network", when={"static_ip": ["yes"]}, needs=["technical"]),
)


def test_table_that_covers_everything_once_passes() -> None:
    check(a_config(a_rule(needs=["name"]), *STATIC))


@pytest.mark.req("R-CIM-21")
@pytest.mark.parametrize(
    ("_case", "rules", "said"),
    [
        (
            "an option's value nobody thought of",
            (a_rule("no credit", when={"device": ["none", "bought"]}, needs=["name"]),),
            "No rule of “identity” covers Fibre 900 with device = credit.",
        ),
        (
            "a customer type in a region",
            (
                a_rule("consumers", when={"type": ["consumer"]}),
                a_rule("business here", when={"type": ["business"], "region": ["GB"]}),
            ),
            "No rule of “identity” covers Fibre 900 with type = business, region = elsewhere.",
        ),
        (
            "an offering",
            (a_rule("fibre only", when={"offering": ["fibre"]}),),
            "No rule of “identity” covers Mobile.",
        ),
        (
            "two rules at once",
            (
                a_rule("everyone", when={"offering": ["fibre", "mobile"]}),
                a_rule("fibre on credit", when={"offering": ["fibre"], "device": ["credit"]}),
            ),
            "“everyone” and “fibre on credit” of “identity” both cover Fibre 900"
            " with device = credit.",
        ),
    ],
)
def test_gap_and_overlap_are_refused_by_name(
    _case: str, rules: tuple[dict[str, Any], ...], said: str
) -> None:
    with pytest.raises(ValueError, match="cover") as refused:
        check(a_config(*rules))

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("_case", "config", "said"),
    [
        ("no tables", {"rules": []}, "A table has offerings"),
        ("unknown item", a_config(a_rule(needs=["blood"])), "names blood"),
        ("unknown column", a_config(a_rule(when={"moon": ["full"]})), "names moon"),
        ("unknown value", a_config(a_rule(when={"device": ["leased"]})), "names leased"),
        ("never", a_config(a_rule(when={"device": []})), "never applies"),
        ("age of nothing", a_config(a_rule(max_age_days=0)), "whole number of days"),
        ("no region", a_config(regions=[]), "at least one region"),
        (
            "an item twice",
            a_config(items=[a_config()["items"][0]] * 2),
            "name stands twice among the items",
        ),
        (
            "an option in other letters",
            a_config(options=[{"key": "Static IP", "name": "x", "values": ["no"]}]),
            "write it like static_ip",
        ),
    ],
)
def test_wrongly_written_table_is_refused(_case: str, config: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(config)


@pytest.mark.req("R-CIM-21")
def test_toggling_an_option_changes_what_is_needed() -> None:
    table = read(a_config(a_rule(needs=["name"]), *STATIC))

    def asked(**options: Any) -> list[str]:
        question = table.question(offering="fibre", options=options, type="consumer", region="GB")
        return [needed.item.key for needed in table.needed(question)]

    assert asked() == ["name"]
    assert asked(staticIp=True) == ["name", "technical"]
    assert asked(static_ip="no") == ["name"]


def test_what_two_parts_ask_for_is_asked_the_stricter_way() -> None:
    table = read(
        a_config(
            a_rule(needs=["name"], optional=["identity"]),
            a_rule("credit", "device", when={"device": ["credit"]}, needs=["identity"])
            | {"max_age_days": 90},
            a_rule("no credit", "device", when={"device": ["none", "bought"]}),
        )
    )
    question = table.question(
        offering="Fibre 900", options={"device": "credit"}, type="business", region="FR"
    )

    identity = table.needed(question)[1]

    assert question.region == "elsewhere"
    assert (identity.mandatory, identity.max_age_days) == (True, 90)
    assert identity.because == ("identity: everyone", "device: credit")


@pytest.mark.parametrize(
    ("offering", "options", "type", "field"),
    [
        ("dial-up", {}, "consumer", "offering"),
        ("mobile", {"static_ip": "yes"}, "consumer", "option"),
        ("fibre", {"device": "leased"}, "consumer", "value of device"),
        ("fibre", {}, "martian", "customer type"),
    ],
)
def test_question_outside_the_table_is_refused(
    offering: str, options: dict[str, str], type: str, field: str
) -> None:
    table = read(a_config())

    with pytest.raises(NotInTable) as refused:
        table.question(offering=offering, options=options, type=type, region="GB")

    assert refused.value.field == field


OFFERED: dict[str, list[str]] = {
    "offering": ["fibre", "mobile"],
    "type": ["consumer", "business"],
    "region": ["GB", "elsewhere"],
    "static_ip": ["no", "yes"],
    "device": ["none", "bought", "credit"],
}


def a_choice(values: list[str]) -> st.SearchStrategy[set[str] | None]:
    """Some of the values, or nothing said: drawn from the few there are, not grown."""
    subsets = chain.from_iterable(combinations(values, n + 1) for n in range(len(values)))
    return st.sampled_from([None, *map(set, subsets)])


CONDITIONS = st.tuples(*map(a_choice, OFFERED.values())).map(
    lambda drawn: {name: one for name, one in zip(OFFERED, drawn, strict=True) if one is not None}
)


@given(st.lists(CONDITIONS, min_size=1, max_size=5))
@settings(deadline=None)
def test_no_problem_is_found_exactly_when_every_question_has_one_hit(
    conditions: list[dict[str, set[str]]],
) -> None:
    rules = [a_rule(str(number), when=when) for number, when in enumerate(conditions)]
    table = read(a_config(*rules))
    hits = [
        len(table.hits("identity", question))
        for offering in table.offerings.values()
        for type in ("consumer", "business")
        for region in table.regions
        for static in table.values_of(offering, "static_ip")
        for device in table.values_of(offering, "device")
        for question in [
            table.question(
                offering=offering.key,
                options={"static_ip": static, "device": device}
                if offering.key == "fibre"
                else {"device": device},
                type=type,
                region=region,
            )
        ]
    ]

    assert (set(hits) == {1}) == (list(problems(table)) == [])
