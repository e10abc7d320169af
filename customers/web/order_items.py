"""What an order needs in words: its items, its options, and where each is entered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.access import Actor
from customers import information, masking
from customers.models import Customer, Order
from customers.ordering.standing import Standing
from customers.ordering.table import Offering, Table
from customers.processes.check_order_information import Checked

_LOOKS = {
    "have": ("circle-check", "t-ok", gettext_lazy("There")),
    "missing": ("circle-dashed", "t-bad", gettext_lazy("Missing")),
    "stale": ("clock-exclamation", "t-warn", gettext_lazy("Too old")),
    "invalid": ("alert-octagon", "t-bad", gettext_lazy("Not usable")),
}
_UNDATED = gettext_lazy("Undated")
_WORDS = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No"), "none": gettext_lazy("None")}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist as it is shown."""

    key: str
    name: str
    icon: str
    tone: str
    word: str
    about: str
    where: str
    because: str
    mandatory: bool
    is_open: bool
    here: bool
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a line with its values, as radio buttons."""

    name: str
    title: str
    values: list[tuple[str, str, bool]]


def items_of(found: Sequence[Checked], customer: Customer | None, *, writable: bool) -> list[Item]:
    """What is open first, then what is good to have, then what is there."""
    ordered = sorted(
        found,
        key=lambda one: (
            not one.is_open,
            one.standing.status == "have",
            not one.needed.mandatory,
        ),
    )
    return [_item(one, customer, writable=writable) for one in ordered]


def _item(one: Checked, customer: Customer | None, *, writable: bool) -> Item:
    icon, tone, _word = _LOOKS[one.standing.status]
    if one.standing.status == "missing" and not one.needed.mandatory:
        tone = "muted"
    return Item(
        key=one.needed.item.key,
        name=one.needed.item.name,
        icon=icon,
        tone=tone,
        word=word_of(one.standing),
        about=_about(one),
        where=one.needed.item.where if one.standing.status != "have" else "",
        because="; ".join(one.needed.because) if one.is_open else "",
        mandatory=one.needed.mandatory,
        is_open=one.is_open,
        here=writable and one.enter == information.HERE,
        url=entry(one.enter, customer) if one.standing.status != "have" else "",
    )


def word_of(standing: Standing) -> str:
    """How an item stands, in a word; what has no date is not said to be old."""
    undated = standing.status == "stale" and standing.days is None
    return str(_UNDATED if undated else _LOOKS[standing.status][2])


def _about(one: Checked) -> str:
    """How old it is and may be, and what is wrong with it."""
    days, most = one.standing.days, one.needed.max_age_days
    if one.standing.wrong:
        return one.standing.wrong
    if one.standing.status == "stale" and days is None and most is not None:
        return _("No date is known; it may be %(most)s old") % {"most": _span(most)}
    if most is not None and days is not None:
        return _("%(age)s old, may be %(most)s") % {"age": _span(days), "most": _span(most)}
    return ""


def _span(days: int) -> str:
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def entry(enter: str, customer: Customer | None) -> str:
    """The page where it is entered; empty when there is none."""
    if customer is None or not enter or enter == information.HERE:
        return ""
    return reverse(enter, args=[customer.pk])


def choices_of(
    table: Table, offering: Offering, chosen: Mapping[str, str], line: str
) -> list[Choice]:
    """The options of a line, each with the value chosen now."""
    return [
        Choice(
            name=f"o:{line}:{key}",
            title=table.options[key].name,
            values=[
                (value, str(_WORDS.get(value, value)), value == now)
                for value in table.options[key].values
            ],
        )
        for key in offering.options
        for now in [chosen.get(key, table.options[key].values[0])]
    ]


def chosen_in(posted: Mapping[str, Any], line: str) -> dict[str, str]:
    """The options of a line as a form sent them."""
    prefix = f"o:{line}:"
    return {
        name.removeprefix(prefix): str(posted[name]) for name in posted if name.startswith(prefix)
    }


def name_of(customer: Customer, actor: Actor) -> str:
    """A customer as this reader may name them."""
    if masking.sees_people(actor):
        return customer.name
    return masking.name(customer.name, customer.number)


def address_of(order: Order) -> str:
    """The page of an order."""
    return reverse("customers:order", args=[order.public_id])
