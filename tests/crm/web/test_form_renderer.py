"""Choices drawn by a function are the choices Django's template draws."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from crm.web.form_renderer import FormRenderer

_CHOICES = [
    ("", "Choose…"),
    ("a & b", "<Ann>"),
    ("Group “one”", [(1, "One"), (2, "Two")]),
]


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[Any] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, sorted(attrs, key=str)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.seen.append(data)


def test_a_choice_is_drawn_as_by_the_template() -> None:
    widget = forms.Select(attrs={"class": "form-select", "required": True}, choices=_CHOICES)
    widget.attrs["disabled"] = False

    drawn = [
        _Tags(widget.render("who", "2", attrs={"id": "id_who"}, renderer=renderer)).seen
        for renderer in (FormRenderer(), DjangoTemplates())
    ]

    assert drawn[0] == drawn[1]
    assert ("option", [("selected", None), ("value", "2")]) in drawn[0]


@pytest.mark.parametrize("value", [None, "", 0, "A & <b>", SafeString("A &amp; B"), "two\nlines"])
@pytest.mark.parametrize(
    "widget",
    [
        forms.TextInput(attrs={"maxlength": 40, "required": True, "disabled": False}),
        forms.NumberInput(),
        forms.EmailInput(),
        forms.HiddenInput(),
        forms.PasswordInput(),
        forms.DateInput(attrs={"type": "date"}),
        forms.DateTimeInput(),
        forms.Textarea(attrs={"class": "form-control"}),
    ],
)
def test_a_field_is_drawn_as_by_the_template(widget: forms.Widget, value: object) -> None:
    ours, theirs = (
        _Tags(widget.render('a "name"', value, attrs={"id": "id_who"}, renderer=renderer)).seen
        for renderer in (FormRenderer(), DjangoTemplates())
    )

    assert ours == theirs


def test_other_widgets_are_drawn_by_their_templates() -> None:
    assert 'type="file"' in forms.FileInput().render("who", "x", renderer=FormRenderer())
