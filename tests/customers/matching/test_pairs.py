"""The matcher finds who is one person among people who live together."""

import pytest

from customers.matching import columns
from customers.matching.pairs import Scored, scored
from customers.matching.table import Table, table_of
from tests.customers.matching.people import FIELDS, Person, people, written_twice


def _found(rows: list[Person], *, without: tuple[str, ...] = ()) -> tuple[Scored, Table]:
    header = [name for name in FIELDS if name not in without]
    roles = columns.guessed(header, id_column="rec_id")
    records = [{role: row[named[0]] for role, named in roles.items()} for row in rows]
    table = table_of(records, list(roles))
    return scored(table), table


def _quality(found: Scored, rows: list[Person], one: set[frozenset[str]]) -> tuple[float, float]:
    said = {
        frozenset((rows[int(a)]["rec_id"], rows[int(b)]["rec_id"]))
        for a, b, match in zip(found.left, found.right, found.matches, strict=True)
        if match
    }
    right = len(said & one)
    return right / len(said), right / len(one)


@pytest.mark.req("R-CIM-5")
@pytest.mark.parametrize(
    ("_case", "without", "precision", "recall"),
    [
        ("everything known", (), 0.98, 0.99),
        ("no number and no way to reach them", ("soc_sec_id", "phone", "email"), 0.93, 0.97),
        ("no birthday", ("date_of_birth",), 0.96, 0.98),
        ("no address", ("street_number", "address_1", "suburb", "postcode"), 0.97, 0.96),
    ],
)
def test_matches_are_right_and_nearly_complete(
    _case: str, without: tuple[str, ...], precision: float, recall: float
) -> None:
    rows, one = written_twice(1_500)

    found, _table = _found(rows, without=without)

    right, complete = _quality(found, rows, one)
    assert right >= precision
    assert complete >= recall


def test_a_household_is_not_one_person() -> None:
    home = {"family_name": "Nair", "house_number": "8", "street": "Quay Street", "postcode": "4411"}
    rows = [
        home | {"given_name": "Priya", "birth_date": "1984-02-11"},
        home | {"given_name": "Arun", "birth_date": "1981-09-30"},
        home | {"given_name": "Priyaa", "birth_date": "1984-02-11"},
    ]

    found = scored(table_of(rows, list(rows[0])))

    pairs = list(zip(found.left, found.right, strict=True))
    assert [pair for pair, match in zip(pairs, found.matches, strict=True) if match] == [(0, 2)]


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("names in each other's place", {"given_name": "Wieczorek", "family_name": "Tomasz"}),
        ("day and month exchanged", {"birth_date": "1979-05-03"}),
        ("two digits exchanged", {"national_id": "4958413"}),
        ("another alphabet", {"given_name": "Томаш", "family_name": "Вечорек"}),
        ("a name not given", {"family_name": ""}),
    ],
)
def test_a_slip_does_not_hide_a_person(_case: str, changes: dict[str, str]) -> None:
    person = {
        "given_name": "Tomasz", "family_name": "Wieczorek", "birth_date": "1979-03-05",
        "national_id": "4598413", "house_number": "8", "street": "Quay Street", "postcode": "4411",
    }  # fmt: skip

    found = scored(table_of([person, person | changes], list(person)))

    assert found.matches.tolist() == [True]


@pytest.mark.req("R-CIM-5")
def test_a_file_that_holds_nobody_twice_teaches_no_false_lesson() -> None:
    rows = list(people(1_500, seed=9))

    found, _table = _found(rows)

    assert int(found.matches.sum()) <= 8


@pytest.mark.req("R-CIM-5")
def test_one_birthday_in_common_is_never_a_match_by_itself() -> None:
    born = {"birth_date": "1984-02-11"}
    others = [
        {"given_name": "Ola", "family_name": "Berg", "birth_date": "1990-05-01"},
        {"given_name": "Ines", "family_name": "Costa", "birth_date": "1971-12-24"},
    ]
    known = {"given_name": "Priya", "family_name": "Nair", **born}

    found = scored(table_of([known, born, *others], list(known)))

    assert (found.matches.tolist(), found.reviews.tolist()) == ([False], [True])


def test_nobody_in_a_file_is_no_error() -> None:
    assert len(scored(table_of([], ["given_name"])).bits) == 0
    assert len(scored(table_of([{"given_name": "Priya"}], ["given_name"])).bits) == 0


def test_pairs_of_one_group_are_all_named() -> None:
    person = {"given_name": "Priya", "family_name": "Nair", "birth_date": "1984-02-11",
              "national_id": "5566778", "postcode": "4411"}  # fmt: skip
    rows = [
        person | {"national_id": "", "postcode": ""},
        person,
        person | {"birth_date": "", "given_name": "P"},
    ]

    found = scored(table_of(rows, list(person)))

    assert int(found.matches.sum()) == 3
