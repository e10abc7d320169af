"""The keys of everybody, kept while the base is read."""

import pytest

from crm.access import SYSTEM
from customers import alike
from customers.models import MatchKey, MatchRun, Party
from customers.processes.deduplicate import find_duplicates
from customers.processes.deduplicate.load import loaded
from tests.customers.factories import a_medium, a_party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_model() -> None:
    alike.forget_model()


def _keys(party: Party) -> set[str]:
    return set(MatchKey.objects.filter(party=party).values_list("key", flat=True))


def test_a_later_search_writes_only_the_keys_that_differ() -> None:
    party, other = a_party(given_name="Ada", family_name="Nair"), a_party()
    point = a_medium(party, "email", "ada@example.org")
    find_duplicates(whole=True, actor=SYSTEM)
    before, kept = _keys(party), dict(MatchKey.objects.filter(party=other).values_list("key", "pk"))

    point.value = "ada\\nair@example.org"
    point.save(update_fields=["value"])
    find_duplicates(whole=True, actor=SYSTEM)

    assert before - _keys(party) == {"e:ada@example.org"}
    assert _keys(party) - before == {"e:ada\\nair@example.org"}
    assert dict(MatchKey.objects.filter(party=other).values_list("key", "pk")) == kept


def test_keys_that_somebody_wrote_meanwhile_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from customers.processes.deduplicate import load

    party = a_party(given_name="Ada", family_name="Nair")
    find_duplicates(whole=True, actor=SYSTEM)
    before = _keys(party)
    # As if the keys had been committed behind our look.
    monkeypatch.setattr(load, "_standing", lambda _after, _upto: {})

    run = find_duplicates(whole=True, actor=SYSTEM)

    assert run.state == MatchRun.State.DONE
    assert _keys(party) == before


def test_people_and_organisations_are_read_apart_with_what_reaches_them() -> None:
    person = a_party(given_name="Ada", family_name="Nair")
    a_medium(person, "mobile", "07700 900123")
    a_medium(person, "address", "8 Quay Street, Wexcombe WX4 1AA")
    company = a_party(kind="organization", name="Nair Cables Ltd")
    run = find_duplicates(whole=True, actor=SYSTEM)

    (people, table), (companies, _) = loaded(run)

    assert (people, companies) == ([person.pk], [company.pk])
    said = {role: str(one.values[one.codes[0]]) for role, one in table.columns.items()}
    assert (said["given_name"], said["phone"]) == ("ada", "700900123")
    assert (said["house_number"], said["locality"]) == ("8", "wexcombe")
