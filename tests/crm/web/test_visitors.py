"""Ways for whoever has no sign-in."""

import pytest

from crm.web import visitors


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_ways", {})


def test_open_ways_stand_in_order() -> None:
    visitors.register("web:menu", label="Late", icon="mail", order=20)
    visitors.register("web:login", label="Early", icon="user", order=10)

    assert [(one.label, one.url) for one in visitors.ways()] == [
        ("Early", "/login"),
        ("Late", "/menu"),
    ]


def test_a_closed_way_and_the_page_one_is_on_are_left_out() -> None:
    visitors.register("web:menu", label="Shut", icon="mail", order=1, is_open=lambda: False)
    visitors.register("web:login", label="Here", icon="user", order=2)

    assert visitors.ways("/login") == []


def test_one_page_is_named_once() -> None:
    visitors.register("web:menu", label="A", icon="mail", order=1)

    with pytest.raises(ValueError, match="already"):
        visitors.register("web:menu", label="B", icon="mail", order=2)
