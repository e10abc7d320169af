"""What a shape declares is what it takes."""

import json

import pytest

from crm.tmf.shapes import Choice, Nullable, Number


@pytest.mark.parametrize("shape", [Number(), Number(whole=True), Number(whole=True, least=0)])
def test_number_beyond_its_declared_bounds_is_refused_however_it_is_written(shape: Number) -> None:
    declared = shape.schema()

    for bound, step in (("minimum", -1), ("maximum", 1)):
        inside, beyond = declared[bound], declared[bound] + step
        assert list(shape.problems(inside, "n")) == []
        # A float of this size takes the place of its neighbours unless the bound leaves room.
        for written in (str(beyond), f"{beyond}.0"):
            assert list(shape.problems(json.loads(written), "n"))


def test_a_list_of_words_that_may_be_null_names_null() -> None:
    shape = Nullable(Choice(("initial", "sent")))

    assert shape.schema()["enum"] == ["initial", "sent", None]
    assert list(shape.problems(None, "state")) == []
    assert list(shape.problems("lost", "state"))
