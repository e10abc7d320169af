"""At entry: a likeness is answered with a reason, over the API it is flagged."""

from typing import Any

import pytest

from crm.access import SYSTEM
from crm.errors import RuleBroken
from customers.models import DuplicateCase, MatchKey, Party
from customers.processes.record_customer import record_party
from customers.processes.update_information import update_party
from tests.racing import at_once

pytestmark = pytest.mark.django_db

_PRIYA = {"given_name": "Priya", "family_name": "Nair", "birth_date": "1984-02-11"}
_MOBILE = {"type": "mobile", "value": "+44 7700 900671"}


def _recorded(fields: dict[str, Any] | None = None, *media: dict[str, str], **more: Any) -> Party:
    return record_party(
        kind="individual", fields=fields or _PRIYA, contact_media=media, actor=SYSTEM, **more
    )


@pytest.mark.req("R-CIM-5")
@pytest.mark.parametrize(
    ("_case", "fields", "medium"),
    [
        ("a letter wrong", {**_PRIYA, "family_name": "Nayr"}, _MOBILE),
        ("names exchanged", {**_PRIYA, "given_name": "Nair", "family_name": "Priya"}, _MOBILE),
        ("married", {**_PRIYA, "family_name": "Hughes"}, _MOBILE),
        ("the number in national notation", _PRIYA, {"type": "phone", "value": "07700 900671"}),
    ],
)
def test_the_same_person_over_the_api_is_recorded_and_flagged(
    _case: str, fields: dict[str, Any], medium: dict[str, str]
) -> None:
    first = _recorded(None, _MOBILE)

    second = _recorded(fields, medium)

    case = DuplicateCase.objects.get()
    assert (case.left, case.right, case.source) == (first, second, "api")
    assert case.score >= 90
    assert {"birth_date", "phone"} <= {reason["key"] for reason in case.reasons}


@pytest.mark.req("R-CIM-5")
def test_an_agent_says_why_it_is_somebody_else() -> None:
    first = _recorded(None, _MOBILE)

    with pytest.raises(RuleBroken) as refused:
        _recorded(None, _MOBILE, if_alike="refuse")
    _recorded(None, _MOBILE, if_alike="refuse", not_the_same="Twin sister, seen both passports")

    (candidate,) = refused.value.details["candidates"]
    assert candidate["party"] == first.pk
    assert candidate["score"] >= 90
    assert DuplicateCase.objects.get().note == "Twin sister, seen both passports"


@pytest.mark.parametrize(
    ("_case", "fields", "email"),
    [
        ("another person", {"given_name": "Tom", "family_name": "Ash"}, "tom@x.example"),
        ("a namesake", {**_PRIYA, "birth_date": "1951-07-30"}, "priya@x.example"),
    ],
)
def test_somebody_else_is_not_flagged(_case: str, fields: dict[str, Any], email: str) -> None:
    _recorded(None, _MOBILE)

    _recorded(fields, {"type": "email", "value": email})

    assert not DuplicateCase.objects.exists()


def test_the_keys_follow_a_change() -> None:
    party = _recorded(None, _MOBILE)

    update_party(
        party_id=party.pk,
        changes={"family_name": "Hughes"},
        contact_media=[{"type": "email", "value": "priya@example.com"}],
        trigger="customer-notified",
        actor=SYSTEM,
    )

    kept = set(MatchKey.objects.filter(party=party).values_list("key", flat=True))
    assert "e:priya@example.com" in kept
    assert not any(key.startswith("p:") for key in kept)


@pytest.mark.req("R-CIM-5")
@pytest.mark.django_db(transaction=True)
def test_two_agents_at_the_same_moment_end_with_one_record() -> None:
    def record() -> None:
        _recorded(None, _MOBILE, if_alike="refuse")

    (refused,) = at_once(record, record)

    assert isinstance(refused, RuleBroken)
    assert Party.objects.count() == 1


@pytest.mark.req("R-CIM-5")
@pytest.mark.django_db(transaction=True)
def test_two_systems_at_the_same_moment_end_with_one_flagged_pair() -> None:
    assert at_once(*[lambda: _recorded(None, _MOBILE)] * 2) == []

    assert Party.objects.count() == 2
    assert DuplicateCase.objects.count() == 1
