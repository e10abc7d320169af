"""Attributes an installation defined: typed and checked before they are kept as characteristics."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import RuleBroken
from customers.models import AttributeDefinition, AttributeRules

_Type = AttributeRules.ValueType
Given = Iterable[Mapping[str, Any]]


def defined_for(customer_type: str) -> list[AttributeDefinition]:
    """The attributes of customers of a type that take values now."""
    return list(AttributeDefinition.objects.for_type(customer_type).in_use())


def checked(customer_type: str, given: Given, standing: Given = ()) -> list[dict[str, Any]]:
    """Characteristics of a customer as they may be kept, with nothing missing that is required."""
    known = list(AttributeDefinition.objects.for_type(customer_type))
    found = typed_by(known, given, standing)
    _refuse_missing(known, found)
    return found


def typed_by(
    definitions: Iterable[AttributeRules], given: Given, standing: Given = ()
) -> list[dict[str, Any]]:
    """Characteristics with every defined one typed; what nobody defined is kept as given.

    A value that stood already stays as it is, also when its definition is retired by now.
    """
    known = {one.key: one for one in definitions}
    before = {str(one.get("name")): one.get("value") for one in standing}
    found: list[dict[str, Any]] = []
    for one in given:
        name = str(one.get("name"))
        kept = name in before and before[name] == one.get("value")
        definition = known.get(name)
        if definition is None or kept:
            found.append(dict(one))
        elif definition.retired_at is not None:
            raise _refused(definition, _("is retired and takes no new values"))
        else:
            found.append({**one, "value": typed(definition, one.get("value"))})
    return found


def typed(definition: AttributeRules, raw: Any) -> Any:
    """The value in the type of its definition; RuleBroken says what is wrong with it."""
    try:
        value = _READERS[definition.value_type](definition, raw)
    except (ValueError, TypeError, InvalidOperation):
        wanted = definition.get_value_type_display().lower()
        raise _refused(definition, _("must be: %(type)s") % {"type": wanted}) from None
    if isinstance(value, int | float) and not isinstance(value, bool):
        _refuse_outside(definition, value)
    return value


def shown(definition: AttributeRules, value: Any) -> str:
    """A value in words."""
    if definition.value_type == _Type.FLAG:
        return _("Yes") if value else _("No")
    return str(value)


def _text(definition: AttributeRules, raw: Any) -> str:
    value = str(raw).strip()
    if definition.pattern and not re.fullmatch(definition.pattern, value):
        raise ValueError(value)
    return value


def _number(definition: AttributeRules, raw: Any) -> float:
    if isinstance(raw, bool):
        raise TypeError(raw)
    value = float(Decimal(str(raw)))
    if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124  # not a number differs from itself
        raise ValueError(raw)
    return value


def _whole(definition: AttributeRules, raw: Any) -> int:
    value = _number(definition, raw)
    if value != int(value):
        raise ValueError(raw)
    return int(value)


def _date(definition: AttributeRules, raw: Any) -> str:
    return date.fromisoformat(str(raw)[:10]).isoformat()


def _flag(definition: AttributeRules, raw: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "on": True, "": False}
    try:
        return known[raw]
    except KeyError:
        raise ValueError(raw) from None


def _choice(definition: AttributeRules, raw: Any) -> str:
    if raw not in definition.choices:
        raise ValueError(raw)
    return str(raw)


_READERS: Mapping[str, Callable[[AttributeRules, Any], Any]] = {
    _Type.TEXT: _text,
    _Type.NUMBER: _number,
    _Type.WHOLE: _whole,
    _Type.DATE: _date,
    _Type.FLAG: _flag,
    _Type.CHOICE: _choice,
}


def _refuse_outside(definition: AttributeRules, value: float) -> None:
    if definition.least is not None and value < definition.least:
        raise _refused(
            definition, _("must be at least %(least)s") % {"least": _bare(definition.least)}
        )
    if definition.most is not None and value > definition.most:
        raise _refused(definition, _("must be at most %(most)s") % {"most": _bare(definition.most)})


def _bare(limit: Decimal) -> str:
    """A limit as somebody wrote it: the column adds zeros to a whole number."""
    text = f"{limit:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse_missing(known: Iterable[AttributeRules], found: list[dict[str, Any]]) -> None:
    filled = {one.get("name") for one in found if one.get("value") not in (None, "")}
    for definition in known:
        if definition.required and definition.retired_at is None and definition.key not in filled:
            raise _refused(definition, _("is required"))


def _refused(definition: AttributeRules, why: str) -> RuleBroken:
    return RuleBroken(
        "attribute-not-valid",
        _("%(label)s %(why)s.") % {"label": definition.label, "why": why},
        field=f"attribute_{definition.key}",
        kind="invalid",
        details={"attribute": definition.key},
    )
