import pytest
from django.core.cache import cache
from django.db import DatabaseError

from crm.access import SYSTEM, Actor
from crm.web import navigation

NOBODY = Actor(pk=1, name="ellie")


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(navigation, "_entries", {})


def test_entries_stand_in_their_section_and_order() -> None:
    navigation.register("web:menu", label="B", icon="bell", section="lead", order=2)
    navigation.register("web:notices", label="A", icon="bell", section="lead", order=1)
    navigation.register("web:search", label="C", icon="search", section="desk", order=9)

    sections = navigation.sections_for(SYSTEM, "/notices")

    assert [[item.label for item in one.items] for one in sections] == [["C"], ["A", "B"]]
    assert [item.current for item in sections[1].items] == [True, False]


def test_entry_without_permission_is_not_there() -> None:
    navigation.register(
        "web:menu", label="A", icon="bell", section="desk", order=1, permission="x.y"
    )

    assert navigation.sections_for(NOBODY, "/") == []


def test_count_is_asked_once_in_half_a_minute() -> None:
    asked: list[int | None] = []

    def count(actor: Actor) -> int:
        asked.append(actor.pk)
        return 11

    navigation.register("web:menu", label="A", icon="bell", section="desk", order=1, count=count)

    counts = [navigation.sections_for(NOBODY, "/")[0].items[0].count for _ in range(3)]

    assert counts == [11, 11, 11]
    assert asked == [1]


def test_failing_count_leaves_the_sidebar_standing() -> None:
    def count(actor: Actor) -> int:
        raise DatabaseError(actor.name)

    navigation.register("web:menu", label="A", icon="bell", section="desk", order=1, count=count)

    assert navigation.sections_for(NOBODY, "/")[0].items[0].count == 0


@pytest.mark.parametrize(
    ("_case", "section", "icon", "said"),
    [("section", "cellar", "bell", "no section"), ("icon", "desk", "unicorn", "No icon")],
)
def test_wrong_entry_is_refused(_case: str, section: str, icon: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        navigation.register("web:menu", label="A", icon=icon, section=section, order=1)


@pytest.mark.parametrize(
    ("permissions", "place"),
    [
        ({"x.see", "x.work"}, "web:menu"),
        ({"x.see", "x.keep"}, "web:notices"),
        ({"x.see"}, "web:menu"),
    ],
)
def test_day_begins_where_the_work_of_a_person_is(permissions: set[str], place: str) -> None:
    for name, order, work in (("web:menu", 1, "x.work"), ("web:notices", 2, "x.keep")):
        navigation.register(
            name,
            label="A",
            icon="bell",
            section="desk",
            order=order,
            permission="x.see",
            home_with=work,
        )

    home = navigation.home_of(Actor(pk=1, name="ellie", permissions=frozenset(permissions)))

    assert home is not None
    assert home.url_name == place


def test_whoever_may_see_nothing_has_no_first_place() -> None:
    navigation.register(
        "web:menu", label="A", icon="bell", section="desk", order=1, permission="x.y"
    )

    assert navigation.home_of(NOBODY) is None
