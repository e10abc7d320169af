"""What to do next for a customer, from the most urgent matter that is open, with its reasons."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from interactions.models import Interaction
from interactions.processes.notify_customer.queueing import SERVICE, reach
from interactions.web import wording
from interactions.web.queue import Row

_FIRST = "first_response"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what, why, and where on the page of the matter it is done."""

    title: str
    reasons: list[str]
    button: str
    anchor: str


def next_step(row: Row) -> Step:
    """The step that the state of the matter asks for."""
    one, due = row.interaction, row.due
    untold = due and due.state == "over" and due.clock and due.clock.commitment_no == 1
    if one.status == Interaction.Status.WAITING_CUSTOMER:
        return Step(
            _("Ask for the answer we wait for"), [_("The clock rests until it comes")],
            _("See the question"), "#thread",
        )  # fmt: skip
    if one.due_next_target == _FIRST:
        return Step(
            _("Give the first answer"), [*_lateness(row), *_way(one)], _("Answer"), "#answer"
        )
    if untold:
        return Step(
            _("Tell them a new time"),
            [_("No new time was told"), *_lateness(row), *_way(one)],
            _("Promise a new time"),
            "#times",
        )
    return Step(
        _("Bring it to an end"), [*_lateness(row), *_way(one)], _("Go on with it"), "#answer"
    )


def _lateness(row: Row) -> list[str]:
    if row.due is None:
        return []
    said = {"what": row.due.what, "at": row.due.at}
    if row.due.state == "over":
        return [_("%(what)s was promised for %(at)s") % said]
    return [_("%(what)s is promised for %(at)s") % said]


def _way(one: Interaction) -> list[str]:
    """How the customer may be written to now."""
    contact = reach(one, SERVICE)
    if contact is None:
        return [_("No channel to write to: call them")]
    return [_("%(channel)s is allowed") % {"channel": wording.channel(contact.channel)}]
