"""What one configuration changes against another, in the words of its sheet."""

from collections.abc import Mapping
from typing import Any

from readiness.reads import Difference, differences
from readiness.registry import slots
from readiness.web.config_sheet import Box, Part, Sheet


def changes(slot_key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Setting by setting; a rule is known by its name wherever it stands."""
    try:
        slot = slots.named(slot_key)
    except KeyError:
        return differences(before, after)
    return differences(_read(Sheet.of(slot, before)), _read(Sheet.of(slot, after)))


def _read(sheet: Sheet) -> dict[str, str]:
    """Every filled setting as people read it, by the words that lead to it."""
    found: dict[str, str] = {}
    for part in sheet.parts():
        for box in part.boxes:
            _put(found, f"{part.title}: {box.label}" if part.title else box.label, box)
        for row in part.written:
            known = f"{part.one} “{row.title or row.number + 1}”"
            for box in row.boxes:
                _put(found, f"{_place(part)}{known}: {box.label}", box)
    return found


def _place(part: Part) -> str:
    """The heading of a table, where several tables hold rows of the same name."""
    return f"{part.title}, " if "“" in part.title else ""


def _put(found: dict[str, str], words: str, box: Box) -> None:
    if box.shown:
        found[words] = box.shown
