from crm.web import words


def test_a_language_is_called_by_its_name_and_an_unknown_one_by_its_code() -> None:
    assert words.language("pl") == "Polish"
    assert words.language("xx-unknown") == "xx-unknown"


def test_a_key_reads_as_words() -> None:
    assert words.plain("home-plus") == "Home plus"
    assert words.plain("") == ""
