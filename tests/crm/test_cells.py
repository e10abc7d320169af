"""Cells of files that a spreadsheet opens."""

import pytest

from crm.cells import safe


@pytest.mark.parametrize("value", ["=1", "+a", "-a", "@a", "\ta", "\ra", "-1+1"])
def test_what_would_run_is_put_behind_an_apostrophe(value: str) -> None:
    assert safe(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "Ann", "+4915112345678", "-12.5", "-3", 7, None])
def test_names_numbers_and_phone_numbers_stay(value: object) -> None:
    assert safe(value) == ("" if value is None else str(value))
