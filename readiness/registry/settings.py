"""How a setting of a configuration is put to people: its words, its unit, what may be chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise
Choices = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, or a group of them, as people read it.

    `choices` closes the list of values; a function is asked when the sheet is drawn.
    `one` is the singular of a list or of a group by name ("Promise", "Calendar"), and `known_by`
    the settings that tell one of a list from another.
    `kind` is "long" for a text of several lines and "hours" for opening hours ("08:00–20:00").
    `keyed` names the key of a group that people see as a table of rows ("Day").
    `also` are settings offered although they are not set, such as a day without hours.
    """

    label: Words
    help: Words = ""
    unit: Words = ""
    choices: Choices | Callable[[], Choices] | None = None
    one: Words = ""
    known_by: tuple[str, ...] = ("name",)
    kind: str = ""
    keyed: Words = ""
    also: tuple[str, ...] = ()

    def offered(self) -> Choices:
        found = self.choices() if callable(self.choices) else self.choices
        return found or {}


class SettingProblem(ValueError):
    """A configuration can't work because of one setting; `where` is its path ("rules.2.name")."""

    def __init__(self, sentence: str, where: str = "") -> None:
        super().__init__(sentence)
        self.where = where


def setting_at(settings: Mapping[str, Setting], path: tuple[str, ...]) -> Setting | None:
    """The words for one place; a star in a pattern stands for one key or number."""
    exact = settings.get(".".join(path))
    if exact is not None:
        return exact
    for pattern, setting in settings.items():
        parts = pattern.split(".")
        if len(parts) == len(path) and all(
            part in {"*", key} for part, key in zip(parts, path, strict=True)
        ):
            return setting
    return None
