"""The lines of the queue."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from customers.models import Customer
from interactions.models import Interaction
from interactions.web import drawn
from interactions.web.clocks import Due
from interactions.web.queue import Row

_HARM = '"><img src=x onerror=alert(1)>'
_ONE = Interaction(pk=1234567, subject="No <signal>", status="in_progress")
_DUE = Due(None, "soon", "16 min", "Fix", "17:40", 960, 0.8, None, in_hours=True)


def _row(**said: Any) -> Row:
    given: dict[str, Any] = {
        "interaction": _ONE,
        "name": "Ann Lee",
        "due": _DUE,
        "flag": "",
        "channel": "Phone",
        "channel_icon": "phone",
        "sub": "Assurance",
        "tag": None,
    }
    return Row(**given | said)


def _line(*, may_assign: bool = True, changed: bool = False, **said: Any) -> str:
    return drawn.lines([_row(**said)], may_assign=may_assign, changed=changed)


def test_a_line_leads_to_its_matter_and_to_whose_it_is() -> None:
    matter = Interaction(pk=7, customer=Customer(pk=31, type="residential"))

    line = _line(interaction=matter)

    assert f'href="{reverse("interactions:page", args=[matter.public_id])}"' in line
    assert f'href="{reverse("customers:page", args=[31])}"' in line


def test_whoever_is_not_known_has_no_page() -> None:
    assert "Not known yet" in _line()
    assert "/customers/" not in _line()


def test_ids_are_written_without_grouped_digits() -> None:
    line = _line()

    assert f'id="row-1234567" data-row="1234567.{_row().mark}"' in line
    assert 'value="1234567"' in line
    assert "Select INT-1 234 567" in line


def test_who_may_not_hand_on_is_offered_no_steps() -> None:
    assert "data-row-key" in _line()
    assert "data-row-key" not in _line(may_assign=False)


def test_a_line_that_left_says_so_and_offers_no_steps() -> None:
    line = _line(gone=True, tag=("bad", "flag", "Escalated"))

    assert 'class="gone"' in line
    assert "Left this list" in line
    assert "Escalated" not in line
    assert "data-row-key" not in line


def test_only_a_changed_line_takes_the_place_of_another() -> None:
    assert 'hx-swap-oob="true"' in _line(changed=True)
    assert "hx-swap-oob" not in _line()


def test_a_matter_without_a_promise_says_so() -> None:
    assert "No promise" in _line(due=None)


@pytest.mark.parametrize("field", ["name", "flag", "channel", "sub", "owner"])
def test_no_word_of_people_leaves_its_place(field: str) -> None:
    matter = Interaction(pk=7, subject=_HARM, customer=Customer(pk=31, type="business"))
    said: dict[str, Any] = {"interaction": matter, "tag": ("info", "flag", _HARM), field: _HARM}
    begun: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: begun.extend([tag, *(name for name, _ in attrs)])  # type: ignore[method-assign]  # what it hears is all that is wanted

    parser.feed(_line(**said))

    assert not {"img", "onerror", "src"} & set(begun)
    assert _HARM not in _line(**said)
