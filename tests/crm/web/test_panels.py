import pytest

from crm.access import SYSTEM, Actor
from crm.web import panels

NOBODY = Actor(pk=1, name="ellie")


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panels, "_panels", {})


def _register(name: str, order: int = 1, /, **changed: str) -> None:
    wanted = {"column": "right", "icon": "chart-line", "permission": "", "title": "T"} | changed
    panels.register(page="demo", name=name, order=order, url_name="web:menu", **wanted)


def test_panels_stand_in_order() -> None:
    _register("late", 20)
    _register("early", 10)

    assert [one.name for one in panels.panels_for("demo", NOBODY)] == ["early", "late"]


def test_panel_is_shown_only_with_its_permission() -> None:
    _register("secret", permission="insight.view_profile")

    assert panels.panels_for("demo", NOBODY) == []
    assert [one.url for one in panels.panels_for("demo", SYSTEM)] == ["/menu"]


def test_other_pages_stay_empty() -> None:
    _register("mine")

    assert panels.panels_for("elsewhere", SYSTEM) == []


@pytest.mark.parametrize(
    ("_case", "changes", "said"),
    [
        ("unknown column", {"column": "attic"}, "no column"),
        ("unknown icon", {"icon": "unicorn"}, "No icon"),
        ("name with blanks", {"name": "Two Words"}, "is a slug"),
        ("the same twice", {"name": "mine"}, "already"),
    ],
)
def test_what_cannot_be_drawn_is_refused(_case: str, changes: dict[str, str], said: str) -> None:
    _register("mine")

    with pytest.raises(ValueError, match=said):
        _register(changes.pop("name", "other"), 1, **changes)


def test_a_button_carries_its_subject_and_only_those_who_may_see_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(panels, "_actions", {})
    panels.register_action(
        page="demo",
        name="log",
        order=1,
        label="Log",
        icon="plus",
        url_name="web:menu",
        parameter="customer",
        permission="interactions.log_interaction",
    )

    assert panels.actions_for("demo", NOBODY, pk=7) == []
    assert [one.url for one in panels.actions_for("demo", SYSTEM, pk=7)] == ["/menu?customer=7"]
