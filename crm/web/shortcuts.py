"""Every key of the product in one list; pages carry them as `data-key`, this page explains them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """The keys of one kind of page."""

    label: str | Promise
    keys: tuple[tuple[str, str | Promise], ...]


PLACES = (
    Place(
        _("Everywhere"),
        (
            ("/", _("Search, also Ctrl K")),
            ("?", _("This list")),
            ("G D", _("Go to the desk")),
            ("G C", _("Go to customers")),
            ("G P", _("Go to performance")),
            ("G R", _("Go to readiness")),
            ("L", _("Log a call")),
            ("Z", _("Undo the last action")),
            ("Esc", _("Close, then back")),
        ),
    ),
    Place(
        _("Lists"),
        (
            ("J", _("Next row")),
            ("K", _("Row before")),
            ("Enter", _("Open")),
            ("X", _("Select")),
            ("A", _("Assign")),
            ("S", _("Snooze")),
            ("N", _("Take next")),
        ),
    ),
    Place(
        _("Interaction"),
        (
            ("R", _("Reply")),
            ("I", _("Note")),
            ("Ctrl ↵", _("Send")),
            ("Ctrl Shift ↵", _("Ask and wait")),
            ("M", _("Macro")),
            ("P", _("New promise")),
            ("W", _("Why this time")),
            ("Q", _("Ask the customer")),
            ("V", _("Verify the caller")),
            ("F", _("Add a fact; Y or N decide the next one")),
            ("E", _("Complete")),
            ("[", _("Previous in the queue")),
            ("]", _("Next in the queue")),
        ),
    ),
    Place(
        _("Customer"),
        (
            ("V", _("Verify the caller")),
            ("T", _("Filter the timeline")),
            ("C", _("Confirm a stale fact")),
        ),
    ),
    Place(
        _("Duplicates"),
        (
            ("1", _("Take the left side")),
            ("2", _("Take the right side")),
            ("M", _("Merge")),
            ("D", _("Not the same")),
        ),
    ),
)
