import pytest

from crm.web import words


def test_a_language_is_called_by_its_name_and_an_unknown_one_by_its_code() -> None:
    assert words.language("pl") == "Polish"
    assert words.language("xx-unknown") == "xx-unknown"


def test_a_key_reads_as_words() -> None:
    assert words.plain("home-plus") == "Home plus"
    assert words.plain("") == ""


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("+442079460182", "+44 20 7946 0182"),
        ("447700900123", "+44 7700 900123"),
        ("ext. 12", "ext. 12"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_phone_number_reads_in_groups_and_what_is_none_as_it_is_written(
    kept: str, read: str
) -> None:
    assert words.phone_number(kept) == read
