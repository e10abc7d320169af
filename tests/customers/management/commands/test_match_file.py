"""manage.py match_file, from a file to a file, without a database."""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.customers.matching.people import FIELDS, written_twice


def _written(path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def _run(source: Path, **more: Any) -> list[dict[str, str]]:
    out = source.with_name("pairs.csv")
    call_command("match_file", source, id=more.pop("id", "id"), out=out, **more)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.req("R-CIM-5")
def test_the_same_people_are_named_with_why(tmp_path: Path) -> None:
    rows, one = written_twice(400)
    source = tmp_path / "people.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)

    pairs = _run(source, id="rec_id")

    matched = {
        frozenset((pair["id_a"], pair["id_b"])) for pair in pairs if pair["decision"] == "match"
    }
    assert list(pairs[0]) == ["id_a", "id_b", "score", "decision", "explanation"]
    assert len(matched & one) / len(matched | one) > 0.96
    assert {pair["decision"] for pair in pairs} <= {"match", "review"}
    assert all(0 <= float(pair["score"]) <= 1 for pair in pairs)
    assert "birth date same" in pairs[0]["explanation"]


def test_other_columns_and_encodings_are_read(tmp_path: Path) -> None:
    text = (
        "Kunde;Vorname;Nachname;Geburtsdatum;Wohnort\r\n"
        "1;Jürgen;Müller;03.05.1979;Köln\r\n2;Juergen;Müller;3.5.1979;Köln\r\n"
        "3;Änne;Groß;11.12.1990;Bonn\r\n"
    )
    source = _written(tmp_path / "kunden.csv", text, encoding="cp1252")

    (pair,) = _run(source, id="Kunde")

    assert (pair["id_a"], pair["id_b"], pair["decision"]) == ("1", "2", "match")


def test_a_mapping_says_what_cannot_be_guessed(tmp_path: Path) -> None:
    source = _written(
        tmp_path / "people.csv",
        "id,n1,n2,b\na,Priya,Nair,1984-02-11\nb,Priya,Nair,1984-02-11\nc,Tom,Ash,1990-01-01\n",
    )
    said = '{"given_name": "n1", "n2": "family_name", "birth_date": "b"}'
    mapping = _written(tmp_path / "mapping.json", said)

    (pair,) = _run(source, mapping=mapping)

    assert (pair["id_a"], pair["id_b"]) == ("a", "b")


def test_a_file_with_nobody_has_no_pairs(tmp_path: Path) -> None:
    assert _run(_written(tmp_path / "people.csv", "id,given_name,surname\n")) == []


@pytest.mark.parametrize(
    ("_case", "text", "said"),
    [
        ("empty", "", "empty"),
        ("the same id twice", "id,surname\n7,Nair\n8,Ash\n7,Nair\n", "line 2 and again in line 4"),
        ("a row without id", "id,surname\n,Nair\n", "line 2 has no id"),
        ("no such column", "nr,surname\n7,Nair\n", "no column “id”"),
        ("nothing about people", "id,colour\n7,red\n", "no column tells who"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, _case: str, text: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        _run(_written(tmp_path / "people.csv", text))


def test_a_row_that_cannot_be_read_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        'id,given_name,surname,email\n1,"Ann,Lee,a@example.org\n'
        "2,Zoë,Luczak,zoe@example.org\n3,Zoë,Luczak,zoe@example.org\n"
    )

    (pair,) = _run(_written(tmp_path / "people.csv", text))

    assert {pair["id_a"], pair["id_b"]} == {"2", "3"}
    assert "line 2: A quotation mark is not closed; left out" in capsys.readouterr().err
