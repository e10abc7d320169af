"""Whether a mapping can be used, and with this file; refused in words when not."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from customers.imports import mapping as mappings


def checked_mapping(mapping: Any) -> mappings.Checked:
    """A mapping that can be used; RuleBroken with a sentence when it can't."""
    try:
        return mappings.checked(mapping)
    except mappings.MappingWrong as wrong:
        raise RuleBroken("mapping-wrong", str(wrong), field="mapping", kind="input") from wrong


def fits(checked: mappings.Checked, header: Sequence[str]) -> None:
    """Refuse a mapping that speaks of columns the file does not have."""
    missing = sorted(checked.columns - set(header))
    if missing:
        said = {"names": ", ".join(missing), "header": ", ".join(header)}
        sentence = _("The file has no column %(names)s. It has: %(header)s.") % said
        if len(header) == 1:
            sentence += " " + _("Columns are divided by comma, semicolon, tab or bar.")
        raise RuleBroken(
            "columns-missing",
            sentence,
            field="mapping",
            kind="input",
            details={"missing": missing},
        )
