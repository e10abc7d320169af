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
            ("G I", _("Go to incoming")),
            ("G H", _("Go to held files")),
            ("G C", _("Go to customers")),
            ("G O", _("Go to orders")),
            ("G P", _("Go to performance")),
            ("G R", _("Go to readiness")),
            ("G B", _("Go to the wallboard")),
            ("G V", _("Go to improvements")),
            ("L", _("Log a call")),
            ("G L", _("Take in a letter or a visit")),
            ("G A", _("Available, or away (on the desk and in a matter)")),
            ("G Y", _("Busy, or available again")),
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
            ("*", _("Select all rows of the page, or none")),
            ("A", _("Assign what is selected")),
            ("S", _("Snooze")),
        ),
    ),
    Place(
        _("Desk"),
        (
            ("N", _("Take next")),
            ("1", _("Mine; 2 to 6 for the other tabs")),
            ("F", _("What needs somebody")),
            ("W", _("Search by words")),
            ("U", _("Show what is new")),
            ("Ctrl ↵", _("Log the call, or do it with the selected rows")),
            ("Ctrl Shift ↵", _("Log the call and close it")),
        ),
    ),
    Place(
        _("Interaction"),
        (
            ("R", _("Reply")),
            ("I", _("Note")),
            ("M", _("Macro")),
            ("O E", _("Do what the macro does")),
            ("+", _("Attach a file")),
            ("Ctrl ↵", _("Send, or complete from the wrap-up")),
            ("Ctrl Shift ↵", _("Ask and wait")),
            ("T", _("Take it")),
            ("A", _("Assign")),
            ("D", _("Give to a team")),
            ("H", _("Ask the leads for help")),
            ("S", _("Snooze, or wake it")),
            ("O C", _("Wait for a colleague")),
            ("O P", _("Wait for a partner")),
            ("O O", _("Go on")),
            ("O S", _("Note another subject")),
            ("#", _("Put on a tag")),
            ("O A", _("Let somebody else take part")),
            ("O F", _("Fill in own fields")),
            ("O M", _("Merge the two that may be one")),
            ("P", _("New promise")),
            ("W", _("Why this time")),
            ("Q", _("Ask the customer")),
            ("V", _("Verify the caller")),
            ("F", _("Add a fact; Y or N decide the next one")),
            ("U", _("New follow-up")),
            ("K", _("Link to another")),
            ("B", _("Merge into another")),
            ("C", _("Split messages off")),
            ("E", _("Complete, close or reopen")),
            ("X", _("Cancel it")),
            (".", _("What else can be done")),
            ("G N", _("Take next")),
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
            ("E", _("Change the record")),
        ),
    ),
    Place(
        _("Duplicates"),
        (
            ("1", _("Take the left side")),
            ("2", _("Take the right side")),
            ("M", _("Merge")),
            ("D", _("Not the same")),
            ("[", _("Previous pair")),
            ("]", _("Next pair")),
        ),
    ),
)
