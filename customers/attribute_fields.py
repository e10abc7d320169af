"""A form field for each attribute an installation defined."""

from typing import Any

from django import forms

from customers.models import AttributeRules

_Type = AttributeRules.ValueType
_OWN_WORDS = {"translate": "no"}


def attribute_field(definition: AttributeRules) -> forms.Field:
    """Shape only: what a value must be is checked where it is kept, whoever sends it."""
    more: dict[str, Any] = {
        "label": definition.label,
        "help_text": definition.help,
        "required": False,
    }
    match definition.value_type:
        case _Type.FLAG:
            return forms.BooleanField(**more)
        case _Type.CHOICE:
            choices = [("", "–"), *((one, one) for one in definition.choices)]
            return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=_OWN_WORDS), **more)
        case _Type.DATE:
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, **more)
        case _Type.NUMBER:
            return forms.FloatField(**more)
        case _Type.WHOLE:
            return forms.IntegerField(**more)
    return forms.CharField(max_length=2000, **more)


def plain(value: Any) -> Any:
    """What a form read, as a characteristic keeps it."""
    return value.isoformat() if hasattr(value, "isoformat") else value
