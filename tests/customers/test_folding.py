"""Text is folded alike in Python and in the database."""

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from customers.folding import compact, fold, words

LETTERS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F)
    | st.characters(min_codepoint=0x370, max_codepoint=0x45F, categories=["L"])
)


def test_words_lose_case_accents_and_apostrophes() -> None:
    assert words("Zoë O’Brien-ŁUCZAK, Straße 5") == ["zoe", "obrien", "luczak", "strasse", "5"]


def test_a_number_is_folded_to_letters_and_digits() -> None:
    assert compact("7590-VHVEG") == "7590vhveg"


@pytest.mark.django_db
@settings(max_examples=300, deadline=None)
@given(LETTERS)
@example("ǅungla ÆØÅ þorn ﬁn Ⅻ ´ ` ʼ")
@example("ΣΊΣΥΦΟΣ Йод ё")
def test_the_database_folds_as_python_does(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_fold(%s)", [text])
        row = cursor.fetchone()

    assert row == (fold(text),)
