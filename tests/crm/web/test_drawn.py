"""What lists draw in every row."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from crm.web import drawn


def _cell(**said: object) -> str:
    given = {"what": "Fix", "at": "17:00", "seconds": 90, "running": True} | said
    return drawn.due("soon", 0.5, "1 min", **given)  # type: ignore[arg-type]  # any mixture


def test_the_cell_of_a_promise_says_its_state_in_words_and_counts_down() -> None:
    cell = _cell()

    assert 'data-left="90"' in cell
    assert '<span class="vh">Due soon, left</span>' in cell
    assert '<div class="l2">Fix · 17:00</div>' in cell


@pytest.mark.parametrize(
    ("_case", "said"),
    [("stands still", {"running": False}), ("is over", {"seconds": 0})],
)
def test_what_does_not_shrink_is_not_counted_down(_case: str, said: dict[str, object]) -> None:
    assert "data-left" not in _cell(**said)


def test_words_of_people_are_escaped_once() -> None:
    assert "&lt;b&gt;" in _cell(what="<b>")
    assert "A &amp; B" in drawn.tag(SafeString("A &amp; B"))
    assert "A &amp; B" in drawn.tag("A & B")


_HARM = '"><img src=x onerror=alert(1)>'


@pytest.mark.parametrize(
    "html",
    [
        lambda: drawn.due(_HARM, 0.5, "1 min"),
        lambda: drawn.due("soon", 0.5, _HARM),
        lambda: _cell(what=_HARM),
        lambda: _cell(at=_HARM),
        lambda: drawn.avatar(_HARM, size=_HARM),
        lambda: drawn.avatar("<i> <b>"),
        lambda: drawn.tag(_HARM, _HARM),
        lambda: drawn.icon("router", _HARM, _HARM),
    ],
)
def test_no_value_leaves_its_place_in_the_page(html: Callable[[], str]) -> None:
    begun = list[str]()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: begun.extend([tag, *(name for name, _ in attrs)])  # type: ignore[method-assign]  # what it hears is all that is wanted

    parser.feed(html())

    assert not {"img", "i", "onerror", "src"} & set(begun)


def test_a_share_beyond_the_bar_stays_within_it() -> None:
    assert 'width="44.0" height="5" rx="2.5"' in drawn.meter(7, "over")
    assert 'width="0.0"' in drawn.meter(-1, "ok")


@pytest.mark.parametrize("chosen", [None, "", "a & b", 2, "9"])
def test_a_choice_is_drawn_as_django_draws_it(chosen: object) -> None:
    choices = [("", "Choose…"), ("a & b", "<Ann>"), ("Group “one”", [(1, "One"), (2, "Two")])]
    widget = forms.Select(attrs={"class": "form-select", "disabled": False}, choices=choices)
    values = widget.format_value(chosen)

    html = drawn.select("who", flatatt(widget.attrs), choices, values)

    assert html == widget.render("who", chosen)


def test_of_a_value_that_stands_twice_the_first_is_chosen() -> None:
    html = drawn.select("who", "", [("a", "One"), ("a", "Other")], ["a"])

    assert html.count(" selected") == 1
