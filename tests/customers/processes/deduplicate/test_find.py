"""The whole base, then what changed."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm.access import SYSTEM
from customers import alike
from customers.models import DuplicateCase, MatchKey, MatchRun, Party
from customers.processes.deduplicate import dismiss, find_duplicates
from customers.processes.deduplicate import find as finding
from tests.customers.factories import a_medium, a_party, an_agent
from tests.customers.matching.people import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_model() -> None:
    alike.forget_model()


def _base(number: int = 40) -> list[Party]:
    made = []
    for person in people(number):
        born = person["date_of_birth"]
        party = a_party(
            given_name=person["given_name"].title(),
            family_name=person["surname"].title(),
            birth_date=f"{born[:4]}-{born[4:6]}-{born[6:]}",
        )
        a_medium(party, "mobile", f"07700 9{party.pk * 7_919 % 100_000:05d}")
        made.append(party)
    return made


def _again(party: Party, **fields: Any) -> Party:
    own = {name: getattr(party, name) for name in ("given_name", "family_name", "birth_date")}
    copy = a_party(**own | fields)
    a_medium(copy, "mobile", party.contact_media.get().value)
    return copy


@pytest.mark.req("R-CIM-5")
def test_the_whole_base_is_searched_and_a_case_keeps_its_id() -> None:
    base = _base()
    twice = _again(base[3], given_name=base[3].given_name + "e")

    run = find_duplicates(actor=SYSTEM)
    case = DuplicateCase.objects.get(right=twice)
    again = find_duplicates(whole=True, actor=SYSTEM)

    assert (run.whole, run.state, run.parties) == (True, "done", 41)
    assert (case.left, case.right) == (base[3], twice)
    assert again.found == 0
    assert DuplicateCase.objects.get(right=twice).public_id == case.public_id
    assert MatchKey.objects.filter(party=twice).exists()


@pytest.mark.req("R-CIM-5")
def test_after_the_first_search_only_what_changed_is_compared() -> None:
    base = _base(60)
    find_duplicates(actor=SYSTEM)
    before = DuplicateCase.objects.count()
    MatchRun.objects.update(until=timezone.now() + finding._MARGIN)
    twice = _again(base[7])

    run = find_duplicates(actor=SYSTEM)

    assert (run.whole, run.parties, run.found) == (False, 1, 1)
    assert DuplicateCase.objects.count() == before + 1
    assert DuplicateCase.objects.filter(left=base[7], right=twice).exists()


@pytest.mark.req("R-CIM-5")
def test_not_the_same_is_remembered() -> None:
    base = _base(20)
    _again(base[3])
    find_duplicates(actor=SYSTEM)
    case = DuplicateCase.objects.get()

    dismiss(case_id=case.pk, reason="Father and son", actor=SYSTEM)
    find_duplicates(whole=True, actor=SYSTEM)

    case.refresh_from_db()
    assert (case.state, case.note) == ("dismissed", "Father and son")
    assert DuplicateCase.objects.count() == 1


def test_a_stopped_search_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    base = _base(20)
    _again(base[3])

    def broken(*_args: Any) -> int:
        raise ConnectionError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(finding, "_kept", broken)
        with pytest.raises(ConnectionError):
            find_duplicates(actor=SYSTEM)
    stopped = MatchRun.objects.get()
    run = find_duplicates(actor=SYSTEM)

    assert (stopped.state, stopped.message) == ("running", "the power went")
    assert stopped.cursor > 0
    assert (run.pk, run.state, run.found) == (stopped.pk, "done", 1)


def test_who_may_not_search_is_refused() -> None:
    with pytest.raises(PermissionDenied):
        find_duplicates(actor=an_agent())
