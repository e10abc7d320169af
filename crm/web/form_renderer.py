"""Django's form widgets, the plain ones drawn by functions.

Each field was two templates in a template, and a list of 200 colleagues was 200 of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import conditional_escape as escaped
from django.utils.safestring import SafeString

_WIDGETS = "django/forms/widgets"
_SELECT, _TEXTAREA = f"{_WIDGETS}/select.html", f"{_WIDGETS}/textarea.html"
_INPUTS = frozenset(
    f"{_WIDGETS}/{kind}.html"
    for kind in ("text", "number", "email", "date", "datetime", "hidden", "password")
)


class FormRenderer(DjangoTemplates):
    """Draws what Django's own templates draw."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        if template_name == _SELECT:
            return SafeString("\n".join(_select(context["widget"])))
        if template_name == _TEXTAREA:
            return _textarea(context["widget"])
        if template_name in _INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = widget["value"]
    said = "" if value is None else f' value="{escaped(str(value))}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
    return SafeString(f'<input type="{kind}" name="{name}"{said}{flatatt(widget["attrs"])}>')


def _textarea(widget: Mapping[str, Any]) -> SafeString:
    # The browser leaves out the first line break of the text.
    text = f"\n{escaped(widget['value'] or '')}"
    attributes = flatatt(widget["attrs"])
    return SafeString(f'<textarea name="{escaped(widget["name"])}"{attributes}>{text}</textarea>')


def _select(widget: Mapping[str, Any]) -> Iterator[str]:
    yield f'<select name="{escaped(widget["name"])}"{flatatt(widget["attrs"])}>'
    for name, options, _index in widget["optgroups"]:
        if name:
            yield f'  <optgroup label="{escaped(name)}">'
        yield from (_option(one) for one in options)
        if name:
            yield "  </optgroup>"
    yield "</select>"


def _option(one: Mapping[str, Any]) -> str:
    value = escaped(str(one["value"]))
    attrs = flatatt(one["attrs"]) if one["attrs"] else ""
    return f'  <option value="{value}"{attrs}>{escaped(one["label"])}</option>'
